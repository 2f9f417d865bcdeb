import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Random } from '@/simulator/fleet/random.js';
import { printFigures } from '../../support/figures.js';
import { ask } from '../../support/http.js';
import { until } from '../../support/redis.js';
import { Schedule } from '../../support/schedule.js';
import { SMALL, TestSetup } from '../../support/test-setup.js';
import { askPage, listPath, type SentPage } from '../../support/tasks.js';
import { FaultInjector } from './fault-injector.js';
import { SoakCaller } from './soak-caller.js';
import { nextQuestion } from './questions.js';
import { AnswerCounts, expectedTasksIn } from './answer-counts.js';
import { medians, usageOf, type ProcessUsage } from './process-usage.js';

let setup: TestSetup;
beforeEach(() => {
  setup = new TestSetup();
});
afterEach(() => setup.clear());

const SPAN_MS = 60_000 * Number(process.env.SOAK_MINUTES ?? 30);
const PER_SECOND = 100;
/** Nobody asks more while so many questions are open: what answers weigh would be measured here, not there. */
const MOST_OPEN = 100;
/** Memory goes up and down with each collection of garbage: medians of few moments would tell of those. */
const SAMPLES = 1_000;
const SAMPLE_EVERY_MS = SPAN_MS / SAMPLES;
const PRINTED_SAMPLES = 20;
/** Snapshots older than 2 s are not complete, and calls end after half a second. */
const SETTINGS = {
  cache: { freshFor: '1s', minRefreshInterval: '200ms' },
  server: { deadline: '1s' },
  source: { timeout: '500ms' },
};
const PACE = { faultMs: 3_000, longestPauseMs: 8_000, graceMs: 6_000 };

interface SoakDependencies {
  readonly counts: AnswerCounts;
  readonly injector: FaultInjector;
}

/** A gateway under questions, from its start to the end of the soak. */
class SoakedGateway {
  readonly samples: ProcessUsage[] = [];
  /** Questions that were due and not asked. */
  withheld = 0;
  #open = 0;
  readonly #caller: SoakCaller;
  readonly #random: Random;
  readonly #schedule: Schedule;

  constructor(
    readonly name: string,
    readonly url: string,
    dependencies: SoakDependencies,
  ) {
    this.#caller = new SoakCaller(url);
    this.#random = new Random(3).fork(name);
    this.#schedule = new Schedule(PER_SECOND, async () => {
      if (this.#open >= MOST_OPEN) this.withheld += 1;
      else await this.#ask(dependencies);
    });
  }

  async sample(): Promise<void> {
    this.samples.push(await usageOf(this.url));
  }

  async stop(): Promise<void> {
    await this.#schedule.stop();
    this.#caller.close();
  }

  async #ask({ counts, injector }: SoakDependencies): Promise<void> {
    const question = nextQuestion(this.#random);
    const isJudged = (): boolean => question.about?.some((each) => injector.mayAlter(each)) === false;
    const before = isJudged();
    this.#open += 1;
    const reply = await this.#caller.ask(question);
    this.#open -= 1;
    counts.note(question, reply, before && isJudged());
  }
}

/** True when all feeds can be read again. */
async function isWhole(url: string): Promise<boolean> {
  await sleep(200);
  const { status, body } = await ask(`${url}${listPath({ pageSize: 1000 })}`);
  return status === 200 && (body as SentPage).completeness.complete;
}

function printSamples({ name, samples }: SoakedGateway): void {
  const every = SAMPLES / PRINTED_SAMPLES;
  const rows = samples.filter((_, index) => (index + 1) % every === 0);
  printFigures(
    `a gateway ${name}, ${SPAN_MS / 60_000} minutes of faults and ${PER_SECOND} questions a second`,
    rows.map((sample, index) => ({ 'at s': ((index + 1) * every * SAMPLE_EVERY_MS) / 1000, ...sample })),
  );
}

/** How it ended against how it was when it had been warmed up. */
function judge({ name, samples }: SoakedGateway): void {
  const [early, late] = [medians(samples, [0.2, 0.4]), medians(samples, [0.8, 1])];
  printFigures(`medians of a gateway ${name}`, [
    { part: 'second fifth', ...early },
    { part: 'last fifth', ...late },
  ]);
  expect(late['rss MB']).toBeLessThanOrEqual(early['rss MB'] * 1.05);
  expect(late.handles).toBeLessThanOrEqual(early.handles * 1.1 + 5);
  expect(late.timers).toBeLessThanOrEqual(early.timers * 1.1 + 5);
}

describe('mixed faults and load', () => {
  it(
    'leave no resources behind, and no request without a right answer',
    async () => {
      const simulator = await setup.simulator(SMALL);
      const redis = await setup.redis();
      const alone = await setup.replica(simulator, SETTINGS);
      const shared = await setup.replica(simulator, {
        ...SETTINGS,
        cache: { ...SETTINGS.cache, redis: redis.url },
      });
      const counts = new AnswerCounts(expectedTasksIn(await askPage(alone.url, { pageSize: 1000 })));
      const injector = new FaultInjector(simulator, PACE, new Random(7));
      const soaked = [
        new SoakedGateway('on its own', alone.url, { counts, injector }),
        new SoakedGateway('with a Redis', shared.url, { counts, injector }),
      ];
      for (const each of [injector, ...soaked]) setup.onClear(() => each.stop());
      const endMs = performance.now() + SPAN_MS;
      while (performance.now() < endMs) {
        await sleep(SAMPLE_EVERY_MS);
        for (const each of soaked) await each.sample();
      }
      await injector.stop();
      for (const each of soaked) await each.stop();
      for (const each of soaked) printSamples(each);
      const { answers, partial, compared, wrong, silent } = counts;
      const withheld = soaked.reduce((sum, each) => sum + each.withheld, 0);
      printFigures('answers', [{ faults: injector.count, answers, withheld, partial, compared }]);
      expect({ wrong, silent }).toEqual({ wrong: [], silent: [] });
      expect(Math.min(partial, compared)).toBeGreaterThan(50);
      for (const each of soaked) judge(each);
      for (const { url } of soaked) await until(() => isWhole(url));
      expect([alone.stderr, shared.stderr]).toEqual(['', '']);
    },
    SPAN_MS + 120_000,
  );
});
