/**
 * Tell-tale texts in every error body of the upstreams. None of them may ever be seen by a client of the
 * gateway, in its logs or in its metrics.
 */
export const CANARIES = [
  'core-07.canary-host.internal',
  'canary-account-root',
  'canary-secret-5f2d91',
] as const;

/** An error text as upstreams write them: with more inside than anybody should pass on. */
export function telltale(message: string): string {
  const [host, account, secret] = CANARIES;
  return `${message} [host=${host} account=${account} secret=${secret}]`;
}
