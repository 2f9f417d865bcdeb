import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { windowSpanMs, type CallBudget } from '@/model/call-budget.js';
import type { Clock } from '@/model/clock.js';
import {
  SharedLimits,
  type Leave,
  type LimitedSource,
  type SharedSourceLimits,
} from '@/model/shared-limits.js';
import type { CallRate } from '@/model/source.js';
import type { RedisLink } from './redis-link.js';
import { BoundedWait } from './bounded-wait.js';
import { Script } from './script.js';

/** A place is held no longer than one call takes; what is on top is for a process that was held up. */
const LEASE_BEYOND_CALL_MS = 5_000;
/**
 * Whoever can write to Redis can fill all places or use up the window, over and over. A process that was let in by
 * nobody for so long goes on by its own limits alone, for a while: for places the longest that one is held; for calls
 * two whole windows.
 */
const WINDOWS_TO_WAIT = 2;
const ALONE_FOR_PLACES = 4;
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

/**
 * The window slides: calls are members of a sorted set, scored by when they were taken, by the clock of Redis. What is
 * told as later than now is from before that clock was set back, or somebody else's. `wait` is how long until one more
 * call may go, or, while some may, until the oldest leaves; -1 where there is none.
 */
const WINDOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local most, span = tonumber(ARGV[1]), tonumber(ARGV[2])
if redis.call('TYPE', KEYS[1]).ok ~= 'zset' then redis.call('DEL', KEYS[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - span)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')
local used = redis.call('ZCARD', KEYS[1])
local first = math.max(used - most, 0)
local oldest = redis.call('ZRANGE', KEYS[1], first, first, 'WITHSCORES')[2]
local wait = oldest and math.max(oldest + span - now, 1) or -1
`;

const TAKE = new Script(`${WINDOW}
if used >= most then return wait end
redis.call('ZADD', KEYS[1], now, ARGV[3])
redis.call('PEXPIRE', KEYS[1], span)
return 0
`);

const BUDGET = new Script(`${WINDOW}
return { used, wait }
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
  readonly #entering: BoundedWait;
  readonly #taking: BoundedWait;

  constructor(
    private readonly link: RedisLink,
    private readonly source: LimitedSource,
    private readonly clock: Clock,
  ) {
    this.#places = `${this.#keyOf()}:places`;
    this.#leaseMs = source.timeoutMs + LEASE_BEYOND_CALL_MS;
    this.#entering = new BoundedWait(this.#leaseMs, ALONE_FOR_PLACES * this.#leaseMs);
    const windowMs = source.rate?.perMs ?? 0;
    this.#taking = new BoundedWait(WINDOWS_TO_WAIT * windowMs, windowMs);
  }

  async enter(signal: AbortSignal): Promise<Leave> {
    const place = randomUUID();
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      if (signal.aborted || this.#entering.isGivenUp()) return nothing;
      const entered = await this.#run(ENTER, this.#places, [this.source.concurrency, place, this.#leaseMs]);
      if (entered === null) return nothing;
      if (entered === 1) {
        this.#entering.end();
        return () => void this.#leave(place);
      }
      this.#entering.wait();
      await pause(pauseMs * (0.5 + Math.random()), undefined, { signal }).catch(nothing);
    }
  }

  async take(): Promise<number | null> {
    const { rate } = this.source;
    if (rate === null) return 0;
    if (this.#taking.isGivenUp()) return null;
    const args = [rate.calls, windowSpanMs(rate), randomUUID()];
    const waitMs = await this.#run(TAKE, this.#windowOf(rate), args);
    if (typeof waitMs !== 'number') return null;
    if (waitMs > 0) this.#taking.wait();
    else this.#taking.end();
    return waitMs;
  }

  async budget(): Promise<CallBudget | null> {
    const { rate } = this.source;
    if (rate === null) return null;
    const answer = await this.#run(BUDGET, this.#windowOf(rate), [rate.calls, windowSpanMs(rate)]);
    if (!Array.isArray(answer)) return null;
    const [used, waitMs] = answer as [number, number];
    const resetTimeMs = waitMs < 0 ? null : this.clock.wallMs() + waitMs;
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
    return `${this.#keyOf()}:window:${perMs}`;
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
