import { createHash } from 'node:crypto';
import { SharedCounters, type Counted } from '@/model/shared-counters.js';
import { RedisUnavailable, type RedisLink } from './redis-link.js';
import { Script } from './script.js';

/** A window that ends too late, or never, is somebody else's or from before a change of the limit: it ends now. */
const ADD = new Script(`
local window = tonumber(ARGV[1])
if redis.call('TYPE', KEYS[1]).ok ~= 'string' then redis.call('DEL', KEYS[1]) end
local count = tonumber(redis.call('GET', KEYS[1]) or '0')
local left = redis.call('PTTL', KEYS[1])
if not count or left <= 0 or left > window then count, left = 0, window end
count = count + 1
redis.call('SET', KEYS[1], count, 'PX', left)
return { count, left }
`);

/** Counters that all replicas on one Redis share. Redis holds digests of their keys, no names or addresses. */
export class RedisCounters extends SharedCounters {
  constructor(private readonly link: RedisLink) {
    super();
  }

  override async add(key: string, windowMs: number): Promise<Counted> {
    const digest = createHash('sha256').update(key).digest('base64url');
    const name = `${this.link.prefix}:1:requests:${digest}`;
    const answer = await this.link.run((redis) => ADD.run(redis, [name], [windowMs]));
    if (!isCounted(answer)) throw new RedisUnavailable('OTHER');
    return answer;
  }
}

function isCounted(answer: unknown): answer is Counted {
  return Array.isArray(answer) && answer.length === 2 && answer.every((each) => typeof each === 'number');
}
