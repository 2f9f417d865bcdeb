import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { usesRedis } from '../support/replica.js';
import { startRedis, until, type TestRedis } from '../support/redis.js';

describe('a gateway with Redis', () => {
  let redis: TestRedis;
  let simulator: Simulator;
  let gateway: RunningGateway;

  beforeEach(async () => {
    redis = await startRedis();
    await redis.command((commands) => commands.config('SET', 'requirepass', 'hush-4711'));
    simulator = await startSimulator({
      fleet: { cbrRows: 10, cssClusters: 0, cceClusters: 0, ocpTenants: 0 },
    });
  });

  afterEach(async () => {
    await gateway.stop();
    await simulator.stop();
    await redis.stop();
  });

  async function start(): Promise<void> {
    const url = redis.url.replace('//', '//:hush-4711@');
    gateway = await startGateway(simulator, { deadlineMs: 20_000, redis: { url, prefix: 'test-here' } });
  }

  async function health(): Promise<unknown> {
    return (await ask(`${gateway.url}/health/ready`)).body;
  }

  async function metric(name: string): Promise<string | undefined> {
    const { text } = await ask(`${gateway.url}/metrics`);
    return text.split('\n').find((line) => line.startsWith(name));
  }

  function logged(text: string): number {
    return gateway.log.filter((line) => line.includes(text)).length;
  }

  it('reports that Redis is down, answers nevertheless, and reports when it is back', async () => {
    await start();
    await usesRedis(gateway);
    expect(await health()).toEqual({ status: 'ok', degraded: [] });
    expect(await metric('tributary_redis_up')).toBe('tributary_redis_up 1');

    await redis.kill();
    await until(() => logged('Redis is down') === 1);
    expect(await health()).toEqual({
      status: 'degraded',
      degraded: [{ part: 'redis', detail: 'UNREACHABLE' }],
    });
    expect(await metric('tributary_redis_up')).toBe('tributary_redis_up 0');
    expect((await ask(`${gateway.url}/v1/tasks`)).status).toBe(200);

    await redis.start();
    await until(() => logged('Redis is back') === 1);
    expect(await health()).toEqual({ status: 'ok', degraded: [] });
    expect(gateway.log.join('')).not.toContain('hush-4711');
    expect(gateway.log.join('')).not.toContain(String(redis.port));
  });

  it('starts and answers without Redis', async () => {
    await redis.kill();
    await start();
    expect((await ask(`${gateway.url}/v1/tasks`)).status).toBe(200);
    expect(await metric('tributary_redis_failures_total{code="UNREACHABLE"}')).toMatch(/ [1-9]\d*$/);
  });
});
