import { isIP } from 'node:net';
import type { Config } from '@/config/config.js';
import type { Clock } from '@/model/clock.js';
import { SCOPES, type Scope } from '@/model/scope.js';
import type { SharedCounters } from '@/model/shared-counters.js';
import { AccessTokens } from './access-tokens.js';
import { addressGroup } from './address-group.js';
import { ApiKeys } from './api-keys.js';
import type { AuditLog } from './audit-log.js';
import { fetchJson, type FetchJson } from './fetch-json.js';
import { IssuerKeys } from './issuer-keys.js';
import { presentedCredential, type CredentialHeaders } from './presented-credential.js';
import { Principal } from './principal.js';
import { forbidden, Refusal, unauthenticated } from './refusal.js';
import { RequestLimiter, type Allowance } from './request-limiter.js';

/** What access looks at of a request; one of Fastify has it. */
export interface AccessRequest {
  readonly method: string;
  /** Its `url` is the path with names in place of parameters. */
  readonly routeOptions: { readonly url?: string | undefined };
  /** The client's address. */
  readonly ip: string;
  readonly headers: CredentialHeaders;
}

/** A request that may go on, or one that may not. */
export type Admission =
  | {
      readonly principal: Principal;
      /** For the answer, whatever it is. */
      readonly headers: Readonly<Record<string, string>>;
    }
  | Refusal;

/** What a question needs. */
interface NeededAccess {
  readonly scope: Scope;
  /** The sources that it is about, of those that its caller sees; none: it asks for the scope alone. */
  readonly sourceIds: readonly string[];
}

/** The part of the configuration that says who may do what. */
export type AccessConfig = Pick<Config, 'auth' | 'sources'>;

export interface AccessDependencies {
  readonly clock: Clock;
  /** null where no replicas share anything. */
  readonly counters: SharedCounters | null;
  readonly audit: AuditLog;
  /** How the keys of issuers are read; absent: over HTTP. */
  readonly fetchJson?: FetchJson;
}

/** What one configuration says. */
interface Rules {
  readonly keys: ApiKeys;
  readonly tokens: AccessTokens;
  readonly hasOpenMetrics: boolean;
  /** null: requests without credentials are refused. */
  readonly anonymous: Principal | null;
}

const NO_HEADERS = {};

/** Who asks, and what they may do. Everything that is refused is told to the audit log. */
export class Access {
  /** null: everyone may do everything. */
  #rules: Rules | null;
  #issuerKeys: ReadonlyMap<string, IssuerKeys> = new Map();
  readonly #limiter: RequestLimiter;

  constructor(
    config: AccessConfig,
    private readonly dependencies: AccessDependencies,
  ) {
    this.#limiter = new RequestLimiter(dependencies.counters);
    this.#rules = this.#rulesOf(config);
  }

  /** Holds for all requests from now on. Tokens are checked anew; keys of issuers and counts of requests are kept. */
  apply(config: AccessConfig): void {
    this.#rules = this.#rulesOf(config);
  }

  /**
   * All in one, for a path that needs a scope: who asks, whether their requests are used up, and whether they have
   * the scope. Metrics are not limited, and need nothing where the configuration opens them.
   */
  async admit(request: AccessRequest, scope: Scope): Promise<Admission> {
    const isMetrics = scope === 'metrics:read';
    if (isMetrics && this.#rules?.hasOpenMetrics === true)
      return { principal: EVERYONE, headers: NO_HEADERS };
    const principal = await this.authenticate(request);
    if (principal instanceof Refusal) return principal;
    const { refusal, headers } = isMetrics ? UNLIMITED : await this.limit(principal, request);
    if (refusal !== null) return refusal;
    return (
      this.authorize(principal, { scope, sourceIds: [] }, request)?.with(headers) ?? { principal, headers }
    );
  }

  /** Who asks. Counts nothing, and looks at no scope. */
  async authenticate(request: AccessRequest): Promise<Principal | Refusal> {
    if (this.#rules === null) return EVERYONE;
    const found = await find(request, this.#rules);
    return found instanceof Refusal ? this.#tell(found, 'unknown', request) : found;
  }

  /** Who asks a question that is open to everyone; null: nobody known. A wrong credential is told, a missing one is not. */
  async identify(request: AccessRequest): Promise<Principal | null> {
    const isAnonymous = presentedCredential(request.headers).kind === 'none';
    if (isAnonymous && this.#rules !== null) return this.#rules.anonymous;
    const principal = await this.authenticate(request);
    return principal instanceof Refusal ? null : principal;
  }

  /** Counts a request of a principal. */
  async limit(principal: Principal, request: AccessRequest): Promise<Allowance> {
    const { kind, key, rateLimit } = principal.identity;
    if (rateLimit === null) return UNLIMITED;
    const allowance = await this.#limiter.take(
      kind === 'anonymous' ? `address:${addressGroup(request.ip)}` : key,
      rateLimit,
    );
    if (allowance.refusal !== null) this.#tell(allowance.refusal, principal.name, request);
    return allowance;
  }

  /**
   * null where the principal has the scope for all these sources: no answer silently lacks a part. To anonymous a
   * credential may help, so that it is asked for one.
   */
  authorize(
    principal: Principal,
    { scope, sourceIds }: NeededAccess,
    request: AccessRequest,
  ): Refusal | null {
    const allowed = principal.sourcesOf(scope);
    // Of those that are asked for, which the caller sees: the scope may have been given for more.
    const covered = allowed === 'all' ? sourceIds : sourceIds.filter((id) => allowed.has(id));
    if (principal.mayUse(scope) && covered.length === sourceIds.length) return null;
    const isAnonymous = principal.identity.kind === 'anonymous';
    const refusal = isAnonymous ? unauthenticated('no-credentials') : forbidden(scope, covered);
    return this.#tell(refusal, principal.name, request);
  }

  #tell(refusal: Refusal, principal: string, { method, routeOptions, ip }: AccessRequest): Refusal {
    const what = `${method} ${routeOptions.url ?? 'unknown'}`;
    const { status } = refusal.answer;
    const address = isIP(ip) === 0 ? 'unknown' : ip;
    this.dependencies.audit.refused({ principal, what, why: refusal.cause, status, address });
    return refusal;
  }

  #rulesOf({ auth, sources }: AccessConfig): Rules | null {
    if (auth === null || auth === 'none') return null;
    const sourceIds = sources.map(({ id }) => id);
    const { rateLimit, anonymous, oidc, metrics } = auth;
    const { clock } = this.dependencies;
    this.#issuerKeys = new Map(oidc.map(({ issuer }) => [issuer, this.#keysOf(issuer)]));
    const issuers = oidc.map((config) => ({ config, keys: this.#keysOf(config.issuer) }));
    return {
      hasOpenMetrics: metrics === 'open',
      keys: new ApiKeys(auth, sourceIds),
      tokens: new AccessTokens({ issuers, rateLimit, sourceIds, clock }),
      anonymous: anonymous && new Principal({ ...ANONYMOUS, rateLimit }, [anonymous], sourceIds),
    };
  }

  #keysOf(issuer: string): IssuerKeys {
    const { clock, audit, fetchJson: read = fetchJson } = this.dependencies;
    const known = this.#issuerKeys.get(issuer);
    if (known !== undefined) return known;
    return new IssuerKeys(issuer, {
      clock,
      fetchJson: read,
      onFault: (fault) => {
        audit.issuerFailed(issuer, fault);
      },
    });
  }
}

function find(
  { headers }: AccessRequest,
  { keys, tokens, anonymous }: Rules,
): Principal | Refusal | Promise<Principal | Refusal> {
  const credential = presentedCredential(headers);
  switch (credential.kind) {
    case 'none':
      return anonymous ?? unauthenticated('no-credentials');
    case 'unusable':
      return unauthenticated(credential.cause);
    case 'key':
      return keys.find(credential.text) ?? unauthenticated('unknown-key');
    case 'token':
      return tokens.authenticate(credential.text);
  }
}

const UNLIMITED: Allowance = { refusal: null, headers: NO_HEADERS };
const ANONYMOUS = { kind: 'anonymous', name: 'anonymous', key: 'anonymous', rateLimit: null } as const;
/** Without access control, everyone has all scopes over all sources. */
const EVERYONE = new Principal(ANONYMOUS, [{ scopes: SCOPES, sources: null }], []);
