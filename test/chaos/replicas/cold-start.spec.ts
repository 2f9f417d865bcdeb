import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IN_FULL, printFigures } from '../../support/figures.js';
import type { Simulator } from '../../support/gateway.js';
import { quantileMs, served, type Answered } from '../../support/load.js';
import { until } from '../../support/redis.js';
import { countReads, eachRead, readsByFeed, readTimes } from '../../support/read-counts.js';
import type { Replica } from '../../support/replica.js';
import { TestSetup } from '../../support/test-setup.js';
import { askAll } from '../../support/tasks.js';

type Place = 'one Redis' | 'a Redis Cluster';

/** How the answers of a load differ from what all of them should be. */
function flaws(answered: readonly Answered[], totalSize: number): object {
  return {
    refused: answered.filter(({ status }) => status !== 200).length,
    incomplete: answered.filter(({ complete }) => !complete).length,
    short: answered.filter((each) => each.totalSize !== totalSize).length,
    kinds: new Set(answered.map(({ tasks }) => tasks)).size,
  };
}

/** On a machine too busy for Redis to answer in time, replicas read on their own for a while, as they should. */
function wereAlone(replicas: readonly Replica[]): boolean {
  return replicas.some(({ redisWarnings }) => redisWarnings.length > 0);
}

/** How many replicas, and where they meet. */
const PLACES: readonly [number, Place][] = IN_FULL
  ? [
      [1, 'one Redis'],
      [4, 'one Redis'],
      [4, 'a Redis Cluster'],
    ]
  : [[2, 'one Redis']];
const QUESTIONS = IN_FULL ? 1000 : 100;
const PER_SECOND = IN_FULL ? 500 : 50;
/** How soon a feed may be read again because callers insist. */
const MIN_REFRESH_MS = 1000;
const ENOUGH_READS = 4;
const NO_FLAWS = { refused: 0, incomplete: 0, short: 0, kinds: 1 };

describe.each(PLACES)('%d replica(s) on %s', (count, place) => {
  let setup: TestSetup;
  let simulator: Simulator;
  let replicas: readonly Replica[];
  beforeAll(async () => {
    setup = new TestSetup();
    simulator = await setup.simulator();
    const { url } = place === 'one Redis' ? await setup.redis() : await setup.cluster();
    replicas = await setup.replicas(count, simulator, { cache: { redis: url, freshFor: '60s' } });
  });
  afterAll(() => setup.clear());

  it(`read every feed once for ${QUESTIONS} requests at once, and all get the same tasks`, async () => {
    const caller = setup.caller(replicas);
    const answered = served(await caller.burst(QUESTIONS));
    if (!wereAlone(replicas)) expect(readsByFeed(simulator.calls)).toEqual(eachRead(simulator, 1));
    const { length } = await askAll(replicas[0]?.url ?? '');
    expect(flaws(answered, length)).toEqual(NO_FLAWS);
    expect(length).toBeGreaterThan(200);
    printFigures(`${QUESTIONS} cold questions at once`, [
      {
        replicas: count,
        on: place,
        reads: countReads(simulator.calls),
        'p50 ms': quantileMs(answered, 0.5),
        'p99 ms': quantileMs(answered, 0.99),
      },
    ]);
  });

  it(`read a feed at most once a second for ${PER_SECOND} requests a second with no-cache`, async () => {
    simulator.calls.reset();
    const load = setup.load(replicas, { perSecond: PER_SECOND, headers: { 'cache-control': 'no-cache' } });
    await until(() => [...readTimes(simulator.calls).values()].some(({ length }) => length >= ENOUGH_READS));
    const answered = served(await load.stop());
    const times = readTimes(simulator.calls);
    const { length } = await askAll(replicas[0]?.url ?? '');
    expect(flaws(answered, length)).toEqual(NO_FLAWS);
    for (const moments of times.values()) {
      const spanMs = Math.max(...moments) - Math.min(...moments);
      if (!wereAlone(replicas)) expect(moments.length).toBeLessThanOrEqual(spanMs / MIN_REFRESH_MS + 2);
    }
    printFigures(`${PER_SECOND} questions a second with Cache-Control: no-cache`, [
      {
        replicas: count,
        on: place,
        answers: answered.length,
        'most reads of a feed': Math.max(...[...times.values()].map((moments) => moments.length)),
        'p50 ms': quantileMs(answered, 0.5),
        'p99 ms': quantileMs(answered, 0.99),
      },
    ]);
  });
});
