import type { RefusalCause } from './refusal.js';

/** The headers that may have a credential, as Node.js gives them: names in lower case. */
export interface CredentialHeaders {
  readonly authorization?: string | undefined;
  readonly 'x-api-key'?: string | readonly string[] | undefined;
}

export type PresentedCredential =
  | { readonly kind: 'none' }
  | { readonly kind: 'key' | 'token'; readonly text: string }
  | { readonly kind: 'unusable'; readonly cause: RefusalCause };

const NONE: PresentedCredential = { kind: 'none' };
const BEARER = /^Bearer +(\S+)$/i;
/** A signed JWT has three parts; one that claims to need no signature has an empty third. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;
/** More than the head of a request may have is never compared or hashed. */
const LONGEST_KEY = 512;
const LONGEST_TOKEN = 16_384;

/** The credential of a request. What has the form of a JWT is an access token, anything else an API key. */
export function presentedCredential(headers: CredentialHeaders): PresentedCredential {
  const key = headers['x-api-key'];
  const { authorization } = headers;
  if (authorization === undefined) return key === undefined ? NONE : keyOf(String(key));
  const bearer = BEARER.exec(authorization)?.[1];
  if (bearer === undefined) return unusable('unknown-scheme');
  if (key !== undefined && key !== bearer) return unusable('two-credentials');
  if (!JWT.test(bearer)) return keyOf(bearer);
  return bearer.length > LONGEST_TOKEN ? unusable('too-long') : { kind: 'token', text: bearer };
}

function keyOf(text: string): PresentedCredential {
  return text.length > LONGEST_KEY ? unusable('too-long') : { kind: 'key', text };
}

function unusable(cause: RefusalCause): PresentedCredential {
  return { kind: 'unusable', cause };
}
