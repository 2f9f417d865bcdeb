import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { IN_FULL, printFigures } from '../support/figures.js';
import type { Simulator } from '../support/gateway.js';
import { dueWithin, quantileMs, type Answered, type Load } from '../support/load.js';
import { drain, fill, replaceAll } from '../support/outages.js';
import { countReads, eachRead } from '../support/reads.js';
import { until, type TestRedis } from '../support/redis.js';
import type { Replica } from '../support/replica.js';
import { Stage, type ReplicaSettings } from '../support/stage.js';
import { askPage } from '../support/tasks.js';

let stage: Stage;
let simulator: Simulator;
let redis: TestRedis;
beforeEach(async () => {
  stage = new Stage();
  simulator = await stage.simulator();
  redis = await stage.redis();
});
afterEach(() => stage.clear());

const REPLICAS = IN_FULL ? 4 : 2;
const SPAN_MS = 10_000;
/** Where tests do not run in full, a span lasts until so many questions have been answered, however long that takes. */
const ANSWERS = 40;
const FRESH_MS = 1000;
const PER_SECOND = IN_FULL ? 200 : 20;

/** A way in which a Redis goes wrong, and back. */
interface Outage {
  readonly name: string;
  /** True where gateways cannot use Redis meanwhile. */
  readonly isOutage: boolean;
  readonly begin: (redis: TestRedis) => Promise<void> | void;
  readonly end: (redis: TestRedis) => Promise<void> | void;
}

const OUTAGES: readonly Outage[] = [
  { name: 'killed', isOutage: true, begin: (own) => own.kill(), end: (own) => own.start() },
  {
    name: 'hung',
    isOutage: true,
    begin: (own) => {
      own.pause();
    },
    end: (own) => {
      own.resume();
    },
  },
  {
    name: 'filled to the brim by others',
    isOutage: true,
    begin: (own) => own.command(fill),
    end: (own) => own.command(drain),
  },
  {
    name: 'restarted empty',
    isOutage: false,
    begin: async (own) => {
      await own.kill();
      await own.start();
    },
    end: () => undefined,
  },
  {
    name: 'full of garbage in place of all its values',
    isOutage: false,
    begin: (own) => own.command((redis) => replaceAll(redis, IN_FULL ? SPAN_MS / 5 : 400)),
    end: () => undefined,
  },
];

interface Span {
  readonly answered: readonly [number, number];
  readonly reads: number;
}

/** Lets the load go on for a while, and until `work` is done. */
async function span(load: Load, work: () => Promise<void> | void = () => undefined): Promise<Span> {
  simulator.calls.reset();
  const fromMs = performance.now();
  const seen = load.count;
  await work();
  if (IN_FULL) await sleep(Math.max(0, fromMs + SPAN_MS - performance.now()));
  else await until(() => load.count >= seen + ANSWERS);
  return { answered: [fromMs, performance.now()], reads: countReads(simulator.calls) };
}

/** What one replica reads at most in a while: a feed is renewed when four fifths of `freshFor` have passed. */
function mostReads({ answered: [fromMs, toMs] }: Span): number {
  const feeds = Object.keys(eachRead(simulator, 1)).length;
  return feeds * ((toMs - fromMs) / (0.8 * FRESH_MS) + 1);
}

async function isWithoutRedis(replicas: readonly Replica[]): Promise<boolean[]> {
  return Promise.all(replicas.map((replica) => replica.isWithoutRedis()));
}

function figures(answered: readonly Answered[], spans: Readonly<Record<string, Span>>): void {
  printFigures(
    `${REPLICAS} replicas, ${PER_SECOND} questions a second`,
    Object.entries(spans).map(([name, { answered: within, reads }]) => {
      const those = dueWithin(answered, within);
      const failed = those.filter(({ status }) => status !== 200).length;
      const [p50, p99] = [quantileMs(those, 0.5), quantileMs(those, 0.99)];
      return { name, answers: those.length, failed, 'p50 ms': p50, 'p99 ms': p99, reads };
    }),
  );
}

/** Before, during and after an outage, under load. */
async function live(
  { begin, end, name, isOutage }: Outage,
  replicas: readonly Replica[],
): Promise<readonly Answered[]> {
  const load = stage.load(replicas, { perSecond: PER_SECOND });
  const before = await span(load);
  const during = await span(load, async () => {
    await begin(redis);
    if (isOutage) await until(async () => !(await isWithoutRedis(replicas)).includes(false));
  });
  await end(redis);
  const endedMs = performance.now();
  await until(async () => !(await isWithoutRedis(replicas)).includes(true));
  const wellAgainMs = performance.now() - endedMs;
  await sleep(2 * FRESH_MS);
  const after = await span(load);
  const answered = await load.stop();
  figures(answered, { before, [name]: during, after });
  printFigures(`${name}, then well again`, [{ 'all use Redis again after ms': wellAgainMs }]);
  expect(after.reads).toBeLessThanOrEqual(mostReads(after));
  if (IN_FULL) {
    expect(wellAgainMs).toBeLessThan(5000);
    const [usual, meanwhile] = [before, during].map((each) =>
      quantileMs(dueWithin(answered, each.answered), 0.99),
    );
    expect(meanwhile).toBeLessThanOrEqual((usual ?? 0) + 50);
  }
  return answered;
}

describe.each(OUTAGES)('a Redis that is $name', (outage) => {
  it(
    'fails no question, and all is as before when it is well again',
    async () => {
      const settings = { cache: { redis: redis.url, freshFor: `${FRESH_MS}ms` } };
      const replicas = await stage.replicas(REPLICAS, simulator, settings);
      const { totalSize } = await askPage(replicas[0]?.url ?? '');
      const answered = await live(outage, replicas);
      expect(answered.filter((each) => each.status !== 200 || !each.complete)).toEqual([]);
      expect(answered.filter((each) => each.totalSize !== totalSize)).toEqual([]);
      for (const replica of replicas) {
        await until(async () => (await replica.metric('tributary_redis_up')) === 1);
        expect(replica.stderr).toBe('');
        if (!outage.isOutage) continue;
        // On a machine that is busy with other things Redis may be slow, and left alone, once more.
        if (IN_FULL) expect(replica.redisWarnings).toHaveLength(1);
        else expect(replica.redisWarnings).not.toHaveLength(0);
        expect(await replica.metric('tributary_redis_failures_total')).toBeGreaterThan(0);
      }
      // What was replaced by garbage is put right by the next read; lists of clusters are read once a minute.
      await askPage(replicas[0]?.url ?? '', {}, { 'cache-control': 'no-cache' });
      await expectKept(settings, totalSize);
    },
    8 * SPAN_MS + 100_000,
  );
});

/** Redis holds every feed again: one more replica answers from there alone. */
async function expectKept(settings: ReplicaSettings, totalSize: number): Promise<void> {
  for (const upstream of ['css', 'cbr', 'cce', 'ocp', 'iam'] as const) {
    await simulator.setFault(upstream, 'refuse');
  }
  const late = await stage.replica(simulator, settings);
  const kept = await askPage(late.url, {}, { 'cache-control': 'max-stale' });
  expect(kept.completeness.problems).toEqual([]);
  expect(kept.totalSize).toBe(totalSize);
}
