import { createHash, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;
const ID = /^[A-Za-z0-9._@-]{1,64}$/;

export interface ApiKey {
  /** Handed to whoever sends requests, and stored nowhere. */
  readonly key: string;
  /** For the configuration. */
  readonly hash: string;
}

export function newApiKey(): ApiKey {
  const key = `trib_${randomBytes(KEY_BYTES).toString('base64url')}`;
  return { key, hash: `sha256:${createHash('sha256').update(key).digest('hex')}` };
}

/** What the command `keygen ID` prints; null where the id is none. */
export function keygenText(id: string): string | null {
  if (!ID.test(id)) return null;
  const { key, hash } = newApiKey();
  return `New API key. Keep it secret; it is stored nowhere and not shown again:

  ${key}

Add it to the configuration, with the scopes and sources that it needs:

auth:
  apiKeys:
    - id: ${JSON.stringify(id)}
      hash: "${hash}"
      scopes: [tasks:read]
`;
}

/** Prints a new key. Answers the exit code: 64 (EX_USAGE) where the id is none. */
export function keygen(id: string): number {
  const text = keygenText(id);
  if (text !== null) process.stdout.write(text);
  else process.stderr.write('keygen: use 1 to 64 letters, digits, and . _ @ - as the id of the key\n');
  return text === null ? 64 : 0;
}
