import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IN_FULL, printFigures } from '../../support/figures.js';
import type { Simulator } from '../../support/gateway.js';
import { quantileMs, served } from '../../support/load.js';
import { countReads } from '../../support/read-counts.js';
import { until } from '../../support/redis.js';
import { isWithoutRedis, type Replica } from '../../support/replica.js';
import { TestSetup } from '../../support/test-setup.js';
import { askPage } from '../../support/tasks.js';

let setup: TestSetup;
let simulator: Simulator;
beforeEach(async () => {
  setup = new TestSetup();
  simulator = await setup.simulator();
});
afterEach(() => setup.clear());

const PER_SECOND = IN_FULL ? 100 : 20;

async function someAreWithoutRedis(replicas: readonly Pick<Replica, 'url'>[]): Promise<boolean> {
  const without = await Promise.all(replicas.map(isWithoutRedis));
  return without.includes(true);
}

describe('a Redis Cluster that loses a node', () => {
  it.each(IN_FULL ? [0, 1, 2] : [1])(
    'fails no request, and is used again when node %d is back',
    async (lost) => {
      const cluster = await setup.cluster();
      const settings = { cache: { redis: cluster.url, freshFor: '1s' } };
      const replicas = [await setup.replica(simulator, settings), await setup.gateway(simulator, settings)];
      const { totalSize } = await askPage(replicas[0]?.url ?? '');
      const load = setup.load(replicas, { perSecond: PER_SECOND });
      await until(() => load.count > PER_SECOND / 2);
      await cluster.nodes[lost]?.kill();
      await until(() => someAreWithoutRedis(replicas));
      const seen = load.count;
      await until(() => load.count > seen + PER_SECOND);
      await cluster.nodes[lost]?.start();
      const beganMs = performance.now();
      await until(async () => !(await someAreWithoutRedis(replicas)));
      const wellAgainMs = performance.now() - beganMs;
      const answered = served(await load.stop());
      expect(answered.filter(({ status, complete }) => status !== 200 || !complete)).toEqual([]);
      expect(answered.filter((each) => each.totalSize !== totalSize)).toEqual([]);
      printFigures('a node of the Cluster is killed and comes back', [
        {
          node: lost,
          answers: answered.length,
          'p99 ms': quantileMs(answered, 0.99),
          reads: countReads(simulator.calls),
          'all use it again after ms': wellAgainMs,
        },
      ]);
    },
  );
});
