import type { IoredisLink } from '@/redis/ioredis-link.js';
import type { TestRedis } from './redis.js';
import { RedisLockouts } from '@/redis/redis-lockouts.js';
import { LOCKOUT_POLICY } from '@/upstream/credentials/credential-lockout.js';
import { AMPLE, linkTo } from './redis-link.js';

/** Makes the records of lockouts as old as they would be after that many milliseconds. */
const AGE = `
for _, key in ipairs(redis.call('KEYS', ARGV[2] .. ':1:lockout:*')) do
  local left = redis.call('PTTL', key) - ARGV[1]
  if left <= 0 then
    redis.call('DEL', key)
  else
    for _, name in ipairs(redis.call('HKEYS', key)) do
      if name == 'until' or name:match('^ticket:') or name:match(':until$') or name:match(':at$') then
        redis.call('HINCRBY', key, name, '-' .. ARGV[1])
      end
    end
    redis.call('PEXPIRE', key, left)
  end
end
`;

/** A clock that a test sets, for the processes and for the records of lockouts in Redis. */
export class LockoutClock {
  nowMs = Date.UTC(2026, 0, 1);
  readonly now = (): number => this.nowMs;

  /** Lets time pass; where Redis is away, for the processes only. */
  async pass(ms: number, redis: TestRedis, prefix = 'test'): Promise<void> {
    this.nowMs += ms;
    if (!redis.isAway) await redis.command((commands) => commands.eval(AGE, 0, ms, prefix));
  }
}

/** Links of as many replicas, to be closed, each with its lockouts. */
export async function openLockouts(
  url: string,
  replicas: number,
  bounds = AMPLE,
): Promise<{ readonly link: IoredisLink; readonly lockouts: RedisLockouts }[]> {
  const links = Array.from({ length: replicas }, () => linkTo(url, { bounds }));
  await Promise.all(links.map((link) => link.ready(100_000)));
  return links.map((link) => ({ link, lockouts: new RedisLockouts(link, LOCKOUT_POLICY) }));
}
