import { hash } from 'node:crypto';

/** Bytes with the strong tag that names them. */
export interface Representation {
  readonly body: Buffer;
  readonly etag: string;
}

/** The bytes of a text and their tag. */
export function represent(text: string): Representation {
  const body = Buffer.from(text);
  return { body, etag: `"${hash('sha1', body, 'base64url')}"` };
}
