import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { printFigures } from '../support/figures.js';
import { quantileMs, type Answered } from '../support/load.js';
import { countCalls, countReads } from '../support/read-counts.js';
import { TestSetup } from '../support/test-setup.js';

let setup: TestSetup;
beforeEach(() => {
  setup = new TestSetup();
});
afterEach(() => setup.clear());

/** Long enough for about 80 reads, so that a tenth is more than the odd one at the edges of the time. */
const SPAN_MS = 60_000;
const WARM_UP_MS = 2_500;

interface Measured {
  readonly calls: number;
  readonly reads: number;
  readonly answered: readonly Answered[];
}

/** So many replicas with a simulator and a Redis of their own, under a load of their own. */
async function measure(count: number, perSecond: number): Promise<Measured> {
  const simulator = await setup.simulator();
  const redis = await setup.redis();
  const replicas = await setup.replicas(count, simulator, { cache: { redis: redis.url, freshFor: '1s' } });
  const load = setup.load(replicas, { perSecond });
  await sleep(WARM_UP_MS);
  simulator.calls.reset();
  await sleep(SPAN_MS);
  const [calls, reads] = [countCalls(simulator.calls), countReads(simulator.calls)];
  return { calls, reads, answered: await load.stop() };
}

function row(name: string, { calls, reads, answered }: Measured): Record<string, string | number> {
  return {
    name,
    calls,
    reads,
    answers: answered.length,
    'p50 ms': quantileMs(answered, 0.5),
    'p99 ms': quantileMs(answered, 0.99),
  };
}

describe('a steady load', () => {
  // At the same time, so that a machine that is busy with other things slows all of them alike.
  it(
    'costs upstreams no more with four replicas than with one, nor with many requests than with few',
    async () => {
      const [few, many] = [10, 1000];
      const [one, four, busy] = await Promise.all([measure(1, few), measure(4, few), measure(4, many)]);
      printFigures(`upstream calls of ${SPAN_MS / 1000} s, freshFor 1s`, [
        row(`1 replica, ${few} a second`, one),
        row(`4 replicas, ${few} a second`, four),
        row(`4 replicas, ${many} a second`, busy),
      ]);
      for (const { answered } of [one, four, busy]) {
        expect(answered.filter(({ status, complete }) => status !== 200 || !complete)).toEqual([]);
      }
      expect(one.reads).toBeGreaterThan(4 * (SPAN_MS / 1000));
      expect(four.calls / one.calls).toBeLessThanOrEqual(1.1);
      expect(busy.calls / one.calls).toBeLessThanOrEqual(1.1);
      expect(busy.calls / four.calls).toBeLessThanOrEqual(1.1);
    },
    SPAN_MS + 60_000,
  );
});
