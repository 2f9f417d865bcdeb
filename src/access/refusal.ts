import type { Scope } from '@/model/scope.js';

/** Why a request is refused: for the audit log, and partly for the caller. */
export type RefusalCause =
  | 'no-credentials'
  | 'unknown-scheme'
  | 'two-credentials'
  | 'too-long'
  | 'unknown-key'
  | 'malformed-token'
  | 'unknown-issuer'
  | 'token-type'
  | 'algorithm'
  | 'unknown-signing-key'
  | 'signature'
  | 'audience'
  | 'claims'
  | 'expired'
  | 'not-yet-valid'
  | 'issuer-unavailable'
  | 'no-grant'
  | 'missing-scope'
  | 'rate-limit';

interface RefusalAnswer {
  readonly slug: 'unauthenticated' | 'forbidden' | 'rate-limited' | 'issuer-unavailable';
  readonly status: 401 | 403 | 429 | 503;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a request is refused with. Its answer never tells whether a key, an issuer or a source exists. */
export class Refusal {
  constructor(
    readonly cause: RefusalCause,
    readonly answer: RefusalAnswer,
  ) {}

  /** The same with more headers. */
  with(headers: Readonly<Record<string, string>>): Refusal {
    return new Refusal(this.cause, { ...this.answer, headers: { ...headers, ...this.answer.headers } });
  }
}

const REALM = 'Bearer realm="tributary"';

const CREDENTIALS_NEEDED =
  'This needs a credential. Send an API key as X-API-Key, or an API key or access token as Authorization: Bearer.';

/** What only the holder of a token that its issuer signed gets to know. */
const TOLD: Partial<Record<RefusalCause, string>> = {
  'unknown-scheme':
    'The Authorization header is not valid. Send the word Bearer, a space, and an API key or access token.',
  'two-credentials': 'X-API-Key and Authorization have different credentials. Send one of them.',
  expired: 'The token has expired. Get a new one.',
  'not-yet-valid': 'The token is not valid yet. Compare the clocks of its issuer and of this gateway.',
  audience: 'The token is for another audience. Ask its issuer for one for this gateway.',
};

/** A 401 (RFC 6750): the request has no credentials, or they are not valid. */
export function unauthenticated(cause: RefusalCause): Refusal {
  const isMissing = cause === 'no-credentials';
  const detail = isMissing ? CREDENTIALS_NEEDED : (TOLD[cause] ?? 'The credential is not valid.');
  return new Refusal(cause, {
    slug: 'unauthenticated',
    status: 401,
    detail,
    headers: { 'www-authenticate': isMissing ? REALM : `${REALM}, error="invalid_token"` },
  });
}

/**
 * A 403: the principal is known, and lacks a scope, or has it only for these of the sources that it asks for. null: its
 * token gives it no scope at all.
 */
export function forbidden(scope: Scope | null, sourceIds: readonly string[] = []): Refusal {
  const challenge = `${REALM}, error="insufficient_scope"`;
  return new Refusal(scope === null ? 'no-grant' : 'missing-scope', {
    slug: 'forbidden',
    status: 403,
    detail: forbiddenDetail(scope, sourceIds),
    headers: { 'www-authenticate': scope === null ? challenge : `${challenge}, scope="${scope}"` },
  });
}

function forbiddenDetail(scope: Scope | null, sourceIds: readonly string[]): string {
  if (scope === null) return 'The token is valid, but it gives no access to this gateway.';
  if (sourceIds.length === 0) return `This needs the scope ${scope}, which the credential does not have.`;
  return `The credential has the scope ${scope} for some of the sources only; add source=${sourceIds.join()}.`;
}

/** A 429: the requests of the window are used up. */
export function rateLimited(afterSeconds: number): Refusal {
  return new Refusal('rate-limit', {
    slug: 'rate-limited',
    status: 429,
    detail: 'The limit of requests is reached. Retry after the time in Retry-After.',
    headers: { 'retry-after': String(afterSeconds) },
  });
}

/** A 503: the token may be good, but the keys of its issuer cannot be read. */
export function issuerUnavailable(afterSeconds: number): Refusal {
  return new Refusal('issuer-unavailable', {
    slug: 'issuer-unavailable',
    status: 503,
    detail: 'The token cannot be checked, because the keys of its issuer cannot be read. Retry later.',
    headers: { 'retry-after': String(afterSeconds) },
  });
}
