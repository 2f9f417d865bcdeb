import { createHash } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';
import type { OidcConfig } from '@/config/config.js';
import type { Clock } from '@/model/clock.js';
import type { RequestRate } from '@/model/scope.js';
import { IssuerUnavailable, type IssuerKeys } from './issuer-keys.js';
import { Principal } from './principal.js';
import { forbidden, issuerUnavailable, unauthenticated, type Refusal, type RefusalCause } from './refusal.js';

const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
/** `at+jwt` is for access tokens (RFC 9068); many issuers write `JWT`. */
const TYPES: ReadonlySet<string> = new Set(['at+jwt', 'jwt']);
/** The clocks of issuer and gateway may differ by this much. */
const CLOCK_TOLERANCE_S = 5;
/** A verified token is not verified again for so long, nor beyond its end. */
const REMEMBERED_MS = 60_000;
const MOST_REMEMBERED = 1_000;
/** Of a subject in a name. */
const LONGEST_SUBJECT = 64;

export interface TrustedIssuer {
  readonly config: OidcConfig;
  readonly keys: IssuerKeys;
}

export interface AccessTokensOptions {
  readonly issuers: readonly TrustedIssuer[];
  readonly rateLimit: RequestRate | null;
  readonly sourceIds: readonly string[];
  readonly clock: Clock;
}

interface Verified {
  readonly principal: Principal;
  /** Wall time. */
  readonly untilMs: number;
}

/** Checks access tokens (JWT) against the issuers that are configured. */
export class AccessTokens {
  readonly #issuers: ReadonlyMap<string, TrustedIssuer>;
  readonly #verified = new LRUCache<string, Verified>({ max: MOST_REMEMBERED });

  constructor(private readonly options: AccessTokensOptions) {
    this.#issuers = new Map(options.issuers.map((each) => [each.config.issuer, each]));
  }

  async authenticate(token: string): Promise<Principal | Refusal> {
    const digest = digestOf(token);
    const known = this.#verified.get(digest);
    const nowMs = this.options.clock.wallMs();
    if (known !== undefined && nowMs < known.untilMs && known.untilMs - nowMs <= REMEMBERED_MS)
      return known.principal;
    try {
      return await this.#verify(token, digest);
    } catch (error) {
      if (error instanceof IssuerUnavailable) return issuerUnavailable(Math.ceil(error.retryAfterMs / 1000));
      return unauthenticated(causeOf(error));
    }
  }

  /** Throws what jose throws, and IssuerUnavailable. */
  async #verify(token: string, digest: string): Promise<Principal | Refusal> {
    // Neither is to be believed yet: they choose what the token is checked against.
    const { typ } = decodeProtectedHeader(token);
    const issuer = this.#issuers.get(decodeJwt(token).iss ?? '');
    if (issuer === undefined) return unauthenticated('unknown-issuer');
    if (!isAccessToken(typ)) return unauthenticated('token-type');
    const { config, keys } = issuer;
    const wallMs = this.options.clock.wallMs();
    const { payload } = await jwtVerify(token, (header, parts) => keys.keyFor(header, parts), {
      algorithms: ALGORITHMS,
      issuer: config.issuer,
      audience: config.audience,
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(wallMs),
      requiredClaims: ['exp'],
    });
    const grants = config.grants.filter(({ claim, value }) => has(payload, claim, value));
    if (grants.length === 0) return forbidden(null);
    const { rateLimit, sourceIds } = this.options;
    const principal = new Principal({ kind: 'token', ...namesOf(payload), rateLimit }, grants, sourceIds);
    const untilMs = Math.min((payload.exp ?? 0) * 1000, wallMs + REMEMBERED_MS);
    this.#verified.set(digest, { principal, untilMs });
    return principal;
  }
}

/** Media types may be written in full, and case does not matter (RFC 7515, section 4.1.9). */
function isAccessToken(type: unknown): boolean {
  return typeof type === 'string' && TYPES.has(type.toLowerCase().replace(/^application\//, ''));
}

/** A claim matches where it is the text, or a list that has it. */
function has(payload: JWTPayload, claim: string, value: string): boolean {
  const found = Object.hasOwn(payload, claim) ? payload[claim] : undefined;
  return Array.isArray(found) ? found.includes(value) : found === value;
}

function namesOf(payload: JWTPayload): { readonly name: string; readonly key: string } {
  const { iss = '', sub, client_id: client, azp } = payload;
  const subject = [sub, client, azp].find(isFilled) ?? '-';
  const shown = subject.replace(/[^\x21-\x7e]/g, '?').slice(0, LONGEST_SUBJECT);
  const host = URL.parse(iss)?.host ?? '';
  return { name: `oidc:${host}:${shown}`, key: `token:${digestOf(JSON.stringify([iss, subject]))}` };
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

const CAUSES: Readonly<Record<string, RefusalCause>> = {
  ERR_JWT_EXPIRED: 'expired',
  ERR_JWT_CLAIM_VALIDATION_FAILED: 'claims',
  ERR_JOSE_ALG_NOT_ALLOWED: 'algorithm',
  ERR_JWKS_NO_MATCHING_KEY: 'unknown-signing-key',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'unknown-signing-key',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'signature',
};

/** jose checks the signature before the claims: what it says of them holds for a genuine token. */
function causeOf(error: unknown): RefusalCause {
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'audience';
    if (error.claim === 'nbf') return 'not-yet-valid';
  }
  return (error instanceof errors.JOSEError ? CAUSES[error.code] : undefined) ?? 'malformed-token';
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
