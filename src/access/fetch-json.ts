import type { IssuerFault } from './audit-log.js';

/** Reads JSON. Rejects with `FetchFault`. */
export type FetchJson = (url: string) => Promise<unknown>;

export class FetchFault extends Error {
  constructor(readonly fault: IssuerFault) {
    super(fault);
  }
}

const TIMEOUT_MS = 5_000;
/** The keys of an issuer are a few kB. */
const MOST_BYTES = 512 * 1024;

/** One GET without redirects, within five seconds and 512 KiB. */
export async function fetchJson(url: string): Promise<unknown> {
  const text = await read(url).catch((error: unknown) => {
    throw error instanceof FetchFault ? error : new FetchFault(isTimeout(error) ? 'TIMEOUT' : 'UNREACHABLE');
  });
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new FetchFault('NOT_JSON');
  }
}

async function read(url: string): Promise<string> {
  const { status, body } = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (status !== 200 || body === null) {
    await body?.cancel();
    throw new FetchFault('HTTP_STATUS');
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    // Leaving the loop also cancels the body.
    if (bytes > MOST_BYTES) throw new FetchFault('TOO_LARGE');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function isTimeout(error: unknown): boolean {
  return (error as { readonly name?: unknown } | null)?.name === 'TimeoutError';
}
