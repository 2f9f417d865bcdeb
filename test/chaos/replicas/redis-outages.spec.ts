import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import { IN_FULL, printFigures } from '../../support/figures.js';
import type { Simulator } from '../../support/gateway.js';
import { dueWithin, quantileMs, served, type Answered, type Load } from '../../support/load.js';
import { drain, fill, replaceAll } from './redis-outages.js';
import { countReads, eachRead } from '../../support/read-counts.js';
import { until, type TestRedis } from '../../support/redis.js';
import type { Replica } from '../../support/replica.js';
import { TestSetup, type ReplicaSettings } from '../../support/test-setup.js';
import { askPage, type SentPage } from '../../support/tasks.js';

let setup: TestSetup;
let simulator: Simulator;
let redis: TestRedis;
let settings: ReplicaSettings;
/** Used for one outage after the other. */
let replicas: Replica[];
beforeAll(async () => {
  setup = new TestSetup();
  simulator = await setup.simulator();
  redis = await setup.redis();
  settings = { cache: { redis: redis.url, freshFor: `${FRESH_MS}ms` } };
  replicas = await setup.replicas(REPLICAS, simulator, settings);
});
afterAll(() => setup.clear());

const UPSTREAMS = ['css', 'cbr', 'cce', 'ocp', 'iam'] as const;
const REPLICAS = IN_FULL ? 4 : 2;
const SPAN_MS = 10_000;
/** Where tests do not run in full, a span lasts until so many questions have been answered, however long that takes. */
const ANSWERS = 10;
/** Long enough to tell whether each replica reads for itself. */
const ANSWERS_AFTER = 40;
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
    name: 'filled by other clients',
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
    name: 'given random bytes for all its values',
    isOutage: false,
    begin: (own) => own.command((redis) => replaceAll(redis, IN_FULL ? SPAN_MS / 5 : 400)),
    end: () => undefined,
  },
];

interface Span {
  readonly answered: readonly [number, number];
  readonly reads: number;
}

/** Lets the load go on for a while, after `work` is done. */
async function span(load: Load, answers: number, work?: () => Promise<void>): Promise<Span> {
  simulator.calls.reset();
  const fromMs = performance.now();
  await work?.();
  const seen = load.count;
  if (IN_FULL) await sleep(Math.max(0, fromMs + SPAN_MS - performance.now()));
  else await until(() => load.count >= seen + answers);
  return { answered: [fromMs, performance.now()], reads: countReads(simulator.calls) };
}

/** What one replica reads at most in a while: a feed is renewed when four fifths of `freshFor` have passed. */
function mostReads({ answered: [fromMs, toMs] }: Span): number {
  const feeds = Object.keys(eachRead(simulator, 1)).length;
  return feeds * ((toMs - fromMs) / (0.8 * FRESH_MS) + 1);
}

async function areWithoutRedis(): Promise<boolean[]> {
  return Promise.all(replicas.map((replica) => replica.isWithoutRedis()));
}

async function redisFailures(replica: Replica): Promise<{ warnings: number; failures: number }> {
  const failures = (await replica.metric('tributary_redis_failures_total')) ?? 0;
  return { warnings: replica.redisWarnings.length, failures };
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
async function runOutage({ begin, end, name, isOutage }: Outage): Promise<readonly Answered[]> {
  const load = setup.load(replicas, { perSecond: PER_SECOND });
  const before = await span(load, ANSWERS);
  const during = await span(load, ANSWERS, async () => {
    await begin(redis);
    if (isOutage) await until(async () => !(await areWithoutRedis()).includes(false));
  });
  await end(redis);
  const endedMs = performance.now();
  await until(async () => !(await areWithoutRedis()).includes(true));
  const recoveredMs = performance.now() - endedMs;
  await sleep(2 * FRESH_MS);
  const after = await span(load, ANSWERS_AFTER);
  const answered = served(await load.stop());
  figures(answered, { before, [name]: during, after });
  printFigures(`${name}, then works again`, [{ 'all use Redis again after ms': recoveredMs }]);
  expect(after.reads).toBeLessThanOrEqual(mostReads(after));
  if (IN_FULL) {
    expect(recoveredMs).toBeLessThan(5000);
    const [usual, meanwhile] = [before, during].map((each) =>
      quantileMs(dueWithin(answered, each.answered), 0.99),
    );
    expect(meanwhile).toBeLessThanOrEqual((usual ?? 0) + 50);
  }
  return answered;
}

/** Where tests do not run in full, some of them, others in each run. */
const TRIED = IN_FULL
  ? OUTAGES
  : fc.sample(fc.shuffledSubarray([...OUTAGES], { minLength: 3, maxLength: 3 }), 1).flat();

describe.each(TRIED)('a Redis that is $name', (outage) => {
  it(
    'fails no request, and everything is as before when it works again',
    async () => {
      const { totalSize } = await askPage(replicas[0]?.url ?? '');
      const earlier = await Promise.all(replicas.map(redisFailures));
      const answered = await runOutage(outage);
      expect(answered.filter((each) => each.status !== 200 || !each.complete)).toEqual([]);
      expect(answered.filter((each) => each.totalSize !== totalSize)).toEqual([]);
      for (const [index, replica] of replicas.entries()) {
        await until(async () => (await replica.metric('tributary_redis_up')) === 1);
        expect(replica.stderr).toBe('');
        if (!outage.isOutage) continue;
        const { warnings = 0, failures = 0 } = earlier[index] ?? {};
        const later = await redisFailures(replica);
        // On a machine that is busy with other things Redis may be slow, and left alone, once more.
        if (IN_FULL) expect(later.warnings).toBe(warnings + 1);
        else expect(later.warnings).toBeGreaterThan(warnings);
        expect(later.failures).toBeGreaterThan(failures);
      }
      await expectKept(totalSize);
    },
    8 * SPAN_MS + 100_000,
  );
});

/** Redis holds every feed again: one more gateway answers from there alone. */
async function expectKept(totalSize: number): Promise<void> {
  // Random bytes are replaced by the next read; lists of clusters are read once a minute.
  await askWithNoCache();
  const late = await setup.gateway(simulator, settings);
  for (const upstream of UPSTREAMS) await simulator.setFault(upstream, 'refuse');
  const kept = await askPage(late.url, {}, { 'cache-control': 'max-stale' });
  for (const upstream of UPSTREAMS) await simulator.setFault(upstream, null);
  expect(kept.completeness.problems).toEqual([]);
  expect(kept.totalSize).toBe(totalSize);
  await until(async () => (await askWithNoCache()).completeness.complete);
}

function askWithNoCache(): Promise<SentPage> {
  return askPage(replicas[0]?.url ?? '', {}, { 'cache-control': 'no-cache' });
}
