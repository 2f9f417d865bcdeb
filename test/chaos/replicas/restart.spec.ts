import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IN_FULL } from '../../support/figures.js';
import type { Simulator } from '../../support/gateway.js';
import { until } from '../../support/redis.js';
import { eachRead, readsByFeed } from '../../support/read-counts.js';
import { TestSetup } from '../../support/test-setup.js';
import { askAll, askPage, ids } from '../../support/tasks.js';

let setup: TestSetup;
let simulator: Simulator;
beforeEach(async () => {
  setup = new TestSetup();
  simulator = await setup.simulator();
});
afterEach(() => setup.clear());

const UPSTREAMS = ['css', 'cbr', 'cce', 'ocp', 'iam'] as const;

type Place = 'one Redis' | 'a Redis Cluster';

async function redisUrl(place: Place): Promise<string> {
  const { url } = place === 'one Redis' ? await setup.redis() : await setup.cluster();
  return url;
}

async function ageSeconds(url: string): Promise<number> {
  const { answer } = await askPage(url, { pageSize: 1 });
  return Number(answer.headers.get('age'));
}

describe('a gateway that starts after another', () => {
  it.each<Place>(['one Redis', 'a Redis Cluster'])(
    'has stopped continues with its snapshots on %s, at their age, and calls no upstream',
    async (place) => {
      const settings = { cache: { redis: await redisUrl(place), freshFor: '120s' } };
      const first = await setup.gateway(simulator, settings);
      const before = ids(await askAll(first.url));
      await until(async () => (await ageSeconds(first.url)) >= 1);
      await first.stop();
      expect(readsByFeed(simulator.calls)).toEqual(eachRead(simulator, 1));
      simulator.calls.reset();
      const second = await setup.gateway(simulator, settings);
      const { answer, completeness } = await askPage(second.url);
      expect(completeness.complete).toBe(true);
      expect(Number(answer.headers.get('age'))).toBeGreaterThanOrEqual(1);
      expect(answer.headers.get('cache-status')).not.toContain('collapsed');
      expect(ids(await askAll(second.url))).toEqual(before);
      expect(simulator.calls.count()).toBe(0);
    },
  );

  it.each<Place>(IN_FULL ? ['one Redis', 'a Redis Cluster'] : ['one Redis'])(
    'has died answers on %s while every upstream is down, and states how old the tasks are',
    async (place) => {
      const settings = { cache: { redis: await redisUrl(place), freshFor: '1s' } };
      const first = await setup.replica(simulator, settings);
      const before = ids(await askAll(first.url));
      await first.kill();
      for (const upstream of UPSTREAMS) await simulator.setFault(upstream, 'refuse');
      const second = await setup.gateway(simulator, settings);
      const stale = await askPage(second.url, { pageSize: 1000 }, { 'cache-control': 'max-stale' });
      expect(stale.completeness.complete).toBe(true);
      expect(ids(stale.tasks)).toEqual(before);
      await until(async () => (await ageSeconds(second.url)) >= 2);
      const usual = await askPage(second.url, { pageSize: 1000 });
      expect(usual.completeness.complete).toBe(false);
      expect(new Set(usual.completeness.problems.map(({ state }) => state))).toEqual(new Set(['STALE']));
      expect(ids(usual.tasks)).toEqual(before);
    },
  );
});
