import { afterEach, describe, expect, it } from 'vitest';
import { SYSTEM_CLOCK } from '@/model/clock.js';
import { IoredisLink } from '@/redis/ioredis-link.js';
import { startGateway, startSimulator } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { addressOf, linkTo, SILENT } from '../support/redis-link.js';
import { startRedis, startSentinel, until, type TestRedis } from '../support/redis.js';

let ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.reverse()) await end();
  ends = [];
});

async function redisWithout(...rights: readonly string[]): Promise<TestRedis> {
  const redis = await startRedis();
  ends.push(() => redis.kill());
  await redis.command((commands) => commands.call('ACL', 'SETUSER', 'default', ...rights));
  return redis;
}

/** How often a client has connected. */
async function connections(redis: TestRedis): Promise<number> {
  const info = await redis.command((commands) => commands.info('stats'));
  return Number(/total_connections_received:(\d+)/.exec(info)?.[1]);
}

/** What the link tells while it tries to connect again and again. */
async function toldBy(redis: TestRedis): Promise<readonly string[]> {
  const told: string[] = [];
  const link = linkTo(redis.url, {
    observer: {
      // On a busy machine an attempt may take too long before it finds what is lacking.
      foundDown: (code, lacking) => code !== 'TIMEOUT' && told.push(`${code}: ${lacking ?? ''}`),
      ran: () => undefined,
      cameBack: () => told.push('back'),
      failed: () => undefined,
    },
  });
  ends.push(() => link.close());
  link.subscribe('test:1:news', () => undefined);
  await until(() => told.length > 0);
  const before = await connections(redis);
  // An attempt is three; the next one shows that it has failed.
  await until(async () => (await connections(redis)) > before + 3);
  return told;
}

describe('a Redis with the documented permissions', () => {
  it('is up, and denies no command', async () => {
    const redis = await startRedis();
    ends.push(() => redis.stop());
    const link = linkTo(redis.url);
    ends.push(() => link.close());
    link.subscribe('test:1:news', () => undefined);
    await link.ready(20_000);
    expect(link.status).toMatchObject({ state: 'up', lacking: null });
  });
});

describe('a Redis that lacks permissions that the gateway needs', () => {
  it.each([
    ['scripts', ['-@scripting'], 'EVALSHA, EVAL'],
    ['commands that only scripts use', ['-hset', '-publish'], 'HSET, PUBLISH'],
    ['a command', ['-zrem'], 'ZREM'],
    ['subscriptions', ['-subscribe'], 'SUBSCRIBE'],
    ['channels', ['resetchannels'], 'SUBSCRIBE on the channels of cache.prefix'],
    ['keys', ['resetkeys', '~other:*'], 'GET on the keys of cache.prefix'],
  ])('is down without %s, and reports it once', async (_, rights, lacking) => {
    const redis = await redisWithout(...rights);
    expect(await toldBy(redis)).toEqual([`LACKING: ${lacking}`]);
  });

  it('is down where there is no EVAL at all, in health, metrics and one line of the log', async () => {
    const redis = await startRedis(['--rename-command', 'EVAL', '', '--rename-command', 'EVALSHA', '']);
    ends.push(() => redis.stop());
    const fleet = { cssClusters: 0, cbrRows: 5, cceClusters: 0, ocpTenants: 0 };
    const simulator = await startSimulator({ fleet });
    ends.push(() => simulator.stop());
    const gateway = await startGateway(simulator, { redis: { url: redis.url, prefix: 'test-rights' } });
    ends.push(() => gateway.stop());
    await until(() => gateway.log.some((line) => line.includes('missing or not permitted')));
    expect((await ask(`${gateway.url}/v1/tasks`)).status).toBe(200);
    expect((await ask(`${gateway.url}/health/ready`)).body).toEqual({
      status: 'degraded',
      degraded: [{ part: 'redis', detail: 'LACKING: EVALSHA, EVAL' }],
    });
    expect((await ask(`${gateway.url}/metrics`)).text).toContain('tributary_redis_up 0');
    expect(gateway.log.filter((line) => line.includes('missing or not permitted'))).toHaveLength(1);
  });
});

describe('Sentinels with a password', () => {
  it('are reported as NOAUTH without it, as WRONGPASS with another, and used with it', async () => {
    const sentinel = await startSentinel('hush');
    ends.push(sentinel.stop);
    for (const [sentinelPassword, code] of [
      [null, 'NOAUTH'],
      ['wrong', 'WRONGPASS'],
      ['hush', null],
    ] as const) {
      const address = { ...addressOf(sentinel.url), sentinelPassword };
      const link = new IoredisLink({ address, prefix: 'test', clock: SYSTEM_CLOCK, observer: SILENT });
      ends.push(() => link.close());
      await until(() => link.status.code === code);
    }
  });
});
