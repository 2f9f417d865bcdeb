import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { printFigures } from '../support/figures.js';
import type { Simulator } from '../support/gateway.js';
import { quantileMs, type Answered } from '../support/load.js';
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

/** From each moment to the next. */
function distances(moments: readonly number[]): number[] {
  return moments.slice(1).map((moment, index) => moment - (moments[index] ?? 0));
}

const NO_FLAWS = { refused: 0, incomplete: 0, short: 0, kinds: 1 };

describe('1,000 questions at once, while nothing has been read yet', () => {
  it.each<[number, Place]>([
    [1, 'one Redis'],
    [4, 'one Redis'],
    [4, 'a Redis Cluster'],
  ])('make %d replica(s) on %s read every feed once, and all get the same tasks', async (count, place) => {
    const replicas = await start(count, place);
    const caller = stage.caller(replicas);
    const answered = await caller.burst(1000);
    expect(readsByFeed(simulator.calls)).toEqual(eachRead(simulator, 1));
    const { length } = await askAll(replicas[0]?.url ?? '');
    expect(flaws(answered, length)).toEqual(NO_FLAWS);
    expect(length).toBeGreaterThan(200);
    printFigures('1,000 cold questions at once', [
      {
        replicas: count,
        on: place,
        reads: countReads(simulator.calls),
        'p50 ms': quantileMs(answered, 0.5),
        'p99 ms': quantileMs(answered, 0.99),
      },
    ]);
  });
});

describe('1,000 questions within 2 s that accept nothing kept', () => {
  it.each<[number, Place]>([
    [1, 'one Redis'],
    [4, 'one Redis'],
    [4, 'a Redis Cluster'],
  ])('make %d replica(s) on %s read a feed once a second at most', async (count, place) => {
    const replicas = await start(count, place);
    const load = stage.load(replicas, { perSecond: 500, headers: { 'cache-control': 'no-cache' } });
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const answered = await load.stop();
    const times = readTimes(simulator.calls);
    const { length } = await askAll(replicas[0]?.url ?? '');
    expect(flaws(answered, length)).toEqual(NO_FLAWS);
    const gapsMs = [...times.values()].flatMap(distances);
    // On a machine too busy for Redis to answer in time, replicas read on their own for a while, as they should.
    const wereAlone = replicas.some(({ redisWarnings }) => redisWarnings.length > 0);
    if (!wereAlone) expect(Math.min(...gapsMs)).toBeGreaterThanOrEqual(990);
    expect(gapsMs.length).toBeGreaterThanOrEqual(times.size);
    printFigures('1,000 questions within 2 s with Cache-Control: no-cache', [
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
