import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { CallBudget } from '@/model/call-budget.js';
import type { Clock } from '@/model/clock.js';
import {
  SharedLimits,
  type Leave,
  type LimitedSource,
  type SharedSourceLimits,
} from '@/model/shared-limits.js';
import type { CallRate } from '@/model/source.js';
import type { RedisLink } from './redis-link.js';
import { Script } from './script.js';

/** A place is held no longer than one call takes; what is on top is for a process that was held up. */
const LEASE_BEYOND_CALL_MS = 5_000;
/** Between questions for a place, give or take half: from the first to the longest. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 40;

/**
 * Places are members of a sorted set, scored by the time they end at, by the clock of Redis. What has no such end
 * was put there by somebody else, and would never go.
 */
const ENTER = new Script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('TYPE', KEYS[1]).ok ~= 'zset' then redis.call('DEL', KEYS[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. (now + ARGV[3]), '+inf')
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`);

/** The window begins with its first call. Nothing is taken from one that is used up; one without an end is none. */
const TAKE = new Script(`
local left = redis.call('PTTL', KEYS[1])
if redis.call('TYPE', KEYS[1]).ok ~= 'string' or left < 0 or left > tonumber(ARGV[2]) then redis.call('DEL', KEYS[1]) end
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
if not used then
  redis.call('DEL', KEYS[1])
  used = 0
end
if used < tonumber(ARGV[1]) then
  redis.call('INCR', KEYS[1])
  if used == 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
  return 0
end
return math.max(redis.call('PTTL', KEYS[1]), 1)
`);

const BUDGET = new Script(`
return { tonumber(redis.call('GET', KEYS[1]) or '0'), redis.call('PTTL', KEYS[1]) }
`);

/** Limits that all replicas on one Redis hold together. */
export class RedisLimits extends SharedLimits {
  constructor(
    private readonly link: RedisLink,
    private readonly clock: Clock,
  ) {
    super();
  }

  override of(source: LimitedSource): SharedSourceLimits {
    return new RedisSourceLimits(this.link, source, this.clock);
  }
}

class RedisSourceLimits implements SharedSourceLimits {
  readonly #places: string;
  readonly #leaseMs: number;

  constructor(
    private readonly link: RedisLink,
    private readonly source: LimitedSource,
    private readonly clock: Clock,
  ) {
    this.#places = `${this.#keyOf()}:places`;
    this.#leaseMs = source.timeoutMs + LEASE_BEYOND_CALL_MS;
  }

  async enter(signal: AbortSignal): Promise<Leave> {
    const place = randomUUID();
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      if (signal.aborted) return nothing;
      const entered = await this.#run(ENTER, this.#places, [this.source.concurrency, place, this.#leaseMs]);
      if (entered === null) return nothing;
      if (entered === 1) return () => void this.#leave(place);
      await pause(pauseMs * (0.5 + Math.random()), undefined, { signal }).catch(nothing);
    }
  }

  async take(): Promise<number | null> {
    const { rate } = this.source;
    if (rate === null) return 0;
    const waitMs = await this.#run(TAKE, this.#windowOf(rate), [rate.calls, rate.perMs]);
    return typeof waitMs === 'number' ? waitMs : null;
  }

  async budget(): Promise<CallBudget | null> {
    const { rate } = this.source;
    if (rate === null) return null;
    const answer = await this.#run(BUDGET, this.#windowOf(rate), []);
    if (!Array.isArray(answer)) return null;
    const [used, endsInMs] = answer as [number, number];
    const resetTimeMs = endsInMs < 0 ? null : this.clock.wallMs() + endsInMs;
    return { ...rate, remaining: Math.max(rate.calls - used, 0), resetTimeMs };
  }

  async #leave(place: string): Promise<void> {
    await this.link.run((redis) => redis.zrem(this.#places, place)).catch(nothing);
  }

  /** null where Redis cannot be used. */
  #run(script: Script, key: string, args: readonly (string | number)[]): Promise<unknown> {
    return this.link.run((redis) => script.run(redis, [key], args)).catch(() => null);
  }

  #windowOf({ perMs }: CallRate): string {
    return `${this.#keyOf()}:calls:${perMs}`;
  }

  /** Sources of one id that call different systems, in two gateways with one prefix, do not meet. */
  #keyOf(): string {
    const { id, endpoint } = this.source;
    const digest = createHash('sha256').update(endpoint).digest('base64url').slice(0, 16);
    return `${this.link.prefix}:1:limits:${id}:${digest}`;
  }
}

function nothing(): void {
  // There is no place to give back, or it ends by itself.
}
