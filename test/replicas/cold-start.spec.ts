import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { IN_FULL, printFigures } from '../support/figures.js';
import type { Simulator } from '../support/gateway.js';
import { quantileMs, type Answered } from '../support/load.js';
import { until } from '../support/redis.js';
import { countReads, eachRead, readsByFeed, readTimes } from '../support/reads.js';
import type { Replica } from '../support/replica.js';
import { Stage } from '../support/stage.js';
import { askAll } from '../support/tasks.js';

let stage: Stage;
let simulator: Simulator;
beforeEach(async () => {
  stage = new Stage();
  simulator = await stage.simulator();
});
afterEach(() => stage.clear());

type Place = 'one Redis' | 'a Redis Cluster';

async function start(count: number, place: Place): Promise<Replica[]> {
  const { url } = place === 'one Redis' ? await stage.redis() : await stage.cluster();
  return stage.replicas(count, simulator, { cache: { redis: url, freshFor: '60s' } });
}

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
const QUESTIONS = IN_FULL ? 1000 : 200;
/** How soon a feed may be read again because callers insist. */
const MIN_REFRESH_MS = 1000;
const ENOUGH_READS = IN_FULL ? 4 : 3;
const NO_FLAWS = { refused: 0, incomplete: 0, short: 0, kinds: 1 };

describe(`${QUESTIONS} questions at once, while nothing has been read yet`, () => {
  it.each(PLACES)(
    'make %d replica(s) on %s read every feed once, and all get the same tasks',
    async (count, place) => {
      const replicas = await start(count, place);
      const caller = stage.caller(replicas);
      const answered = await caller.burst(QUESTIONS);
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
    },
  );
});

describe('500 questions a second that accept nothing kept', () => {
  it.each(PLACES)('make %d replica(s) on %s read a feed once a second at most', async (count, place) => {
    const replicas = await start(count, place);
    const load = stage.load(replicas, { perSecond: 500, headers: { 'cache-control': 'no-cache' } });
    await until(() => [...readTimes(simulator.calls).values()].some(({ length }) => length >= ENOUGH_READS));
    const answered = await load.stop();
    const times = readTimes(simulator.calls);
    const { length } = await askAll(replicas[0]?.url ?? '');
    expect(flaws(answered, length)).toEqual(NO_FLAWS);
    for (const moments of times.values()) {
      const spanMs = Math.max(...moments) - Math.min(...moments);
      if (!wereAlone(replicas)) expect(moments.length).toBeLessThanOrEqual(spanMs / MIN_REFRESH_MS + 2);
    }
    printFigures('500 questions a second with Cache-Control: no-cache', [
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
