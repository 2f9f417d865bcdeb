import {
  createLocalJWKSet,
  errors,
  type CryptoKey,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
  type LocalJWKSet,
} from 'jose';
import { isSafeUrl } from '@/config/addresses.js';
import type { Clock } from '@/model/clock.js';
import type { IssuerFault } from './audit-log.js';
import { FetchFault, type FetchJson } from './fetch-json.js';

/** The keys are read again after so long, in the background, so that one that was withdrawn is not accepted for ever. */
const REFRESH_MS = 10 * 60_000;
/** Between two reads that unknown key ids cause. */
const UNKNOWN_KEY_PAUSE_MS = 30_000;
/** After a read that failed while no keys are known. */
const FIRST_READ_PAUSE_MS = 5_000;

/** The keys of the issuer are needed, and cannot be read. */
export class IssuerUnavailable extends Error {
  constructor(readonly retryAfterMs: number) {
    super('the keys of the issuer cannot be read');
  }
}

export interface IssuerKeysDependencies {
  readonly fetchJson: FetchJson;
  readonly clock: Clock;
  readonly onFault: (fault: IssuerFault) => void;
}

/**
 * The public keys of one issuer, found by OpenID Connect Discovery when the first token comes. Known keys are used for
 * as long as the issuer cannot be reached.
 */
export class IssuerKeys {
  #known: LocalJWKSet | null = null;
  #reading: Promise<LocalJWKSet> | null = null;
  #lastReadMs = -Infinity;
  #lastReadFailed = false;
  #lastUnknownMs = -Infinity;

  constructor(
    readonly issuer: string,
    private readonly dependencies: IssuerKeysDependencies,
  ) {}

  /** The key for a token. Throws `JWKSNoMatchingKey` where there is none, and IssuerUnavailable. */
  async keyFor(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    if (this.#known === null) return (await this.#firstRead())(header, token);
    if (this.#msSince(this.#lastReadMs) > REFRESH_MS) this.#read().catch(ignore);
    try {
      return await this.#known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      return (await this.#readFor(error))(header, token);
    }
  }

  #firstRead(): Promise<LocalJWKSet> {
    const passedMs = this.#msSince(this.#lastReadMs);
    if (this.#reading === null && this.#lastReadFailed && passedMs < FIRST_READ_PAUSE_MS)
      throw new IssuerUnavailable(FIRST_READ_PAUSE_MS - passedMs);
    return this.#read();
  }

  /** The issuer may have new keys since they were read. Throws `unknown` where that was looked up shortly before. */
  #readFor(unknown: Error): Promise<LocalJWKSet> {
    const passedMs = this.#msSince(this.#lastUnknownMs);
    if (this.#reading !== null || passedMs >= UNKNOWN_KEY_PAUSE_MS) {
      this.#lastUnknownMs = this.dependencies.clock.monotonicMs();
      return this.#read();
    }
    if (this.#lastReadFailed) throw new IssuerUnavailable(UNKNOWN_KEY_PAUSE_MS - passedMs);
    throw unknown;
  }

  /** One at a time; whoever needs the keys meanwhile waits for the same one. */
  #read(): Promise<LocalJWKSet> {
    this.#reading ??= this.#load().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #load(): Promise<LocalJWKSet> {
    this.#lastReadMs = this.dependencies.clock.monotonicMs();
    try {
      this.#known = await this.#fetchKeys();
      this.#lastReadFailed = false;
      return this.#known;
    } catch (error) {
      this.#lastReadFailed = true;
      this.dependencies.onFault(error instanceof FetchFault ? error.fault : 'SHAPE');
      throw new IssuerUnavailable(this.#known === null ? FIRST_READ_PAUSE_MS : UNKNOWN_KEY_PAUSE_MS);
    }
  }

  async #fetchKeys(): Promise<LocalJWKSet> {
    const { fetchJson } = this.dependencies;
    const discovery = `${this.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const { issuer, jwks_uri: url } = fieldsOf(await fetchJson(discovery));
    if (issuer !== this.issuer) throw new FetchFault('ISSUER_MISMATCH');
    if (typeof url !== 'string') throw new FetchFault('SHAPE');
    if (!isSafeUrl(url)) throw new FetchFault('UNSAFE_URL');
    // It throws where that is no key set.
    return createLocalJWKSet((await fetchJson(url)) as JSONWebKeySet);
  }

  #msSince(momentMs: number): number {
    return this.dependencies.clock.monotonicMs() - momentMs;
  }
}

function fieldsOf(json: unknown): Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null ? { ...json } : {};
}

function ignore(): void {
  // The fault has been told; the known keys go on.
}
