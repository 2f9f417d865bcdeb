import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IN_FULL, printFigures } from '../../support/figures.js';
import type { Simulator } from '../../support/gateway.js';
import { eachRead, readsByFeed } from '../../support/read-counts.js';
import { served } from '../../support/load.js';
import { until, type TestRedis } from '../../support/redis.js';
import { isWithoutRedis, type Replica } from '../../support/replica.js';
import { TestSetup, type ReplicaSettings } from '../../support/test-setup.js';
import { askPage } from '../../support/tasks.js';

let setup: TestSetup;
let simulator: Simulator;
let redis: TestRedis;
beforeEach(async () => {
  setup = new TestSetup();
  simulator = await setup.simulator();
  redis = await setup.redis();
});
afterEach(() => setup.clear());

/** In processes of their own; one more runs in the test's. */
const REPLICAS = IN_FULL ? 3 : 1;

async function allUse(replicas: readonly Pick<Replica, 'url'>[]): Promise<boolean> {
  const without = await Promise.all(replicas.map(isWithoutRedis));
  return !without.includes(true);
}

async function totalSizes(replicas: readonly Pick<Replica, 'url'>[]): Promise<number[]> {
  return Promise.all(replicas.map(async ({ url }) => (await askPage(url)).totalSize));
}

async function usualStartMs(settings: ReplicaSettings): Promise<number> {
  const usual = await setup.replica(simulator, settings);
  await usual.terminate('SIGINT');
  return usual.startedInMs;
}

describe('a Redis that is down when the gateways start', () => {
  it('does not delay them, and is used as soon as it is up, without new reads', async () => {
    const settings = { cache: { redis: redis.url, freshFor: '120s' } };
    const usualMs = IN_FULL ? await usualStartMs(settings) : Number.NaN;
    await redis.kill();
    const processes = await setup.replicas(REPLICAS, simulator, settings);
    const startedInMs = Math.max(...processes.map((replica) => replica.startedInMs));
    if (IN_FULL) expect(startedInMs).toBeLessThan(usualMs + 2500);
    const replicas = [...processes, await setup.gateway(simulator, settings)];
    const load = setup.load(replicas, { perSecond: 40 });
    await until(() => load.count >= 20);
    await totalSizes(replicas);
    expect(readsByFeed(simulator.calls)).toEqual(eachRead(simulator, replicas.length));
    expect(await Promise.all(replicas.map(isWithoutRedis))).toEqual(replicas.map(() => true));
    for (const replica of processes) expect(await replica.metric('tributary_redis_up')).toBe(0);
    simulator.calls.reset();
    const beganMs = performance.now();
    await redis.start();
    await until(() => allUse(replicas));
    const usedAfterMs = performance.now() - beganMs;
    const [size = 0] = await totalSizes(replicas);
    simulator.fleet.css[0]?.rows.removeAt('oldest-first', new Set([0]));
    await askPage(replicas[0]?.url ?? '', {}, { 'cache-control': 'no-cache' });
    await until(async () => (await totalSizes(replicas)).every((each) => each === size - 1));
    const answered = served(await load.stop());
    expect(answered.filter(({ status, complete }) => status !== 200 || !complete)).toEqual([]);
    expect(readsByFeed(simulator.calls)).toEqual(eachRead(simulator, 1));
    printFigures('Redis absent at the start', [
      {
        'usual start ms': usualMs,
        'slowest start without ms': startedInMs,
        'used by all after ms': usedAfterMs,
      },
    ]);
  });
});
