import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { RequestRate } from '@/model/scope.js';
import type { SharedCounters } from '@/model/shared-counters.js';
import { rateLimited, type Refusal } from './refusal.js';

/** Principals that this process counts for at most, so that many client addresses cannot fill its memory. */
const MOST_COUNTED = 20_000;

interface Limiter {
  /** Counts over all replicas where it can, else in this process. */
  readonly consume: (key: string) => Promise<RateLimiterRes>;
  readonly counted: LRUCache<string, true>;
}

/** What one more request of a principal comes to. */
export interface Allowance {
  /** null: the request may go on. */
  readonly refusal: Refusal | null;
  /** `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11). */
  readonly headers: Readonly<Record<string, string>>;
}

/** Counts requests in windows of fixed length. `shared` is null where there are no other replicas. */
export class RequestLimiter {
  readonly #limiters = new Map<string, Limiter>();

  constructor(private readonly shared: SharedCounters | null) {}

  /** Counts a request under a key. Never rejects. */
  async take(key: string, rate: RequestRate): Promise<Allowance> {
    const { consume, counted } = this.#limiterOf(rate);
    counted.set(key, true);
    try {
      return { refusal: null, headers: headersOf(rate, await consume(key)) };
    } catch (spent) {
      if (!(spent instanceof RateLimiterRes)) throw spent;
      const headers = headersOf(rate, spent);
      return { refusal: rateLimited(secondsOf(spent)).with(headers), headers };
    }
  }

  #limiterOf(rate: RequestRate): Limiter {
    const name = `${rate.calls}/${rate.perMs}`;
    const known = this.#limiters.get(name) ?? newLimiter(rate, this.shared);
    this.#limiters.set(name, known);
    return known;
  }
}

function newLimiter(rate: RequestRate, shared: SharedCounters | null): Limiter {
  const options = { keyPrefix: '', points: rate.calls, duration: rate.perMs / 1000 };
  const local = new RateLimiterMemory(options);
  const limiter =
    shared === null
      ? local
      : new RateLimiterRedis({
          ...options,
          storeClient: clientOver(shared, rate.perMs),
          insuranceLimiter: local,
        });
  return {
    consume: (key) => limiter.consume(key),
    counted: new LRUCache({ max: MOST_COUNTED, dispose: (_, key) => void local.delete(key) }),
  };
}

/** The one command that the limiter has of its client: the gateway's own way to Redis never hangs and never queues. */
function clientOver(shared: SharedCounters, windowMs: number): object {
  return { rlflxIncr: ([key]: readonly [string]) => shared.add(key, windowMs) };
}

function headersOf({ calls, perMs }: RequestRate, result: RateLimiterRes): Readonly<Record<string, string>> {
  return {
    'ratelimit-policy': `"default";q=${calls};w=${perMs / 1000}`,
    ratelimit: `"default";r=${result.remainingPoints};t=${secondsOf(result)}`,
  };
}

/** Until the window ends, at least one. */
function secondsOf({ msBeforeNext }: RateLimiterRes): number {
  return Math.max(1, Math.ceil(msBeforeNext / 1000));
}
