import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Simulator } from '../support/gateway.js';
import { until } from '../support/redis.js';
import { eachRead, readsByFeed } from '../support/reads.js';
import type { Replica } from '../support/replica.js';
import { Stage } from '../support/stage.js';
import { askAll, askPage, ids } from '../support/tasks.js';

let stage: Stage;
let simulator: Simulator;
beforeEach(async () => {
  stage = new Stage();
  simulator = await stage.simulator();
});
afterEach(() => stage.clear());

const UPSTREAMS = ['css', 'cbr', 'cce', 'ocp', 'iam'] as const;

async function ageSeconds({ url }: Replica): Promise<number> {
  const { answer } = await askPage(url);
  return Number(answer.headers.get('age'));
}

describe.each(['one Redis', 'a Redis Cluster'])(
  'a gateway that starts on %s after another has stopped',
  (place) => {
    it('goes on with the snapshots of the other, at their age, and asks no upstream', async () => {
      const { url: redis } = place === 'one Redis' ? await stage.redis() : await stage.cluster();
      const settings = { cache: { redis, freshFor: '120s' } };
      const first = await stage.replica(simulator, settings);
      const before = ids(await askAll(first.url));
      await until(async () => (await ageSeconds(first)) >= 2);
      expect(await first.terminate()).toBe(0);
      expect(readsByFeed(simulator.calls)).toEqual(eachRead(simulator, 1));
      simulator.calls.reset();
      const second = await stage.replica(simulator, settings);
      const { answer, completeness } = await askPage(second.url);
      expect(completeness.complete).toBe(true);
      expect(Number(answer.headers.get('age'))).toBeGreaterThanOrEqual(2);
      expect(answer.headers.get('cache-status')).not.toContain('collapsed');
      expect(ids(await askAll(second.url))).toEqual(before);
      expect(simulator.calls.count()).toBe(0);
    });

    it('answers while every upstream refuses, and says how old the tasks are', async () => {
      const { url: redis } = place === 'one Redis' ? await stage.redis() : await stage.cluster();
      const settings = { cache: { redis, freshFor: '1s' } };
      const first = await stage.replica(simulator, settings);
      const before = ids(await askAll(first.url));
      await first.kill();
      for (const upstream of UPSTREAMS) await simulator.setFault(upstream, 'refuse');
      const second = await stage.replica(simulator, settings);
      const stale = await askPage(second.url, { pageSize: 1000 }, { 'cache-control': 'max-stale' });
      expect(stale.completeness.complete).toBe(true);
      expect(ids(stale.tasks)).toEqual(before);
      await until(async () => (await ageSeconds(second)) >= 3);
      const usual = await askPage(second.url, { pageSize: 1000 });
      expect(usual.completeness.complete).toBe(false);
      expect(new Set(usual.completeness.problems.map(({ state }) => state))).toEqual(new Set(['STALE']));
      expect(ids(usual.tasks)).toEqual(before);
    });
  },
);
