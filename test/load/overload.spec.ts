import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { printFigures } from '../support/figures.js';
import { putLoad } from './load-processes.js';
import type { Question, Sample } from './load-program.js';
import type { Replica } from '../support/replica.js';
import { SMALL, TestSetup } from '../support/test-setup.js';

let setup: TestSetup;
beforeEach(() => {
  setup = new TestSetup();
});
afterEach(() => setup.clear());

const OVERLOAD_MS = 30_000;
const USUAL_MS = 5_000;
const RECOVERY_MS = 2_000;
/** Of what can be done: how much is asked afterwards. */
const AFTERWARDS = 0.5;
/** How many times the p99 of an idle gateway that of an overloaded one may be. */
const MOST_TIMES = 5;

/** Each with the rows of its largest feed: filters that are dear, and such as cost little more than the way to them. */
const QUESTIONS: [Question, number][] = [
  ['hot page', SMALL.fleet.cbrRows],
  ['new filter', 2_000],
  ['new filter', 20_000],
  ['mixed', 20_000],
];

interface Step {
  readonly connections: number;
  readonly spanMs: number;
  readonly perSecond: number | null;
}

interface Figures {
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly row: Record<string, string | number>;
}

function figuresOf(name: string, samples: readonly Sample[], spanMs: number): Figures {
  const accepted = samples.filter(([, , status]) => status === 200).map(([, latencyMs]) => latencyMs);
  const sorted = accepted.sort((a, b) => a - b);
  const quantile = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  const [perSecond, p99Ms] = [(sorted.length * 1000) / spanMs, quantile(0.99)];
  const refused = samples.filter(([, , status]) => status === 503).length;
  const row = {
    step: name,
    'accepted/s': Math.round(perSecond),
    'p50 ms': quantile(0.5),
    'p99 ms': p99Ms,
    refused,
  };
  return { perSecond, p99Ms, row };
}

async function load(replica: Replica, question: Question, step: Step): Promise<readonly Sample[]> {
  const samples = await putLoad({ url: replica.url, question, ...step }, step.connections > 100 ? 2 : 1);
  const others = samples.filter(([, , status]) => status !== 200 && status !== 503);
  expect(others).toEqual([]);
  return samples;
}

describe.each(QUESTIONS)('twice the load that can be served: %s, %d rows', (question, cbrRows) => {
  it(
    'is shed in part, accepted requests are answered soon, and afterwards everything is as before',
    async () => {
      const simulator = await setup.simulator({ ...SMALL, fleet: { ...SMALL.fleet, cbrRows } });
      const replica = await setup.replica(simulator, { cache: { freshFor: '10s' }, window: '3650d' });
      const run = async (name: string, step: Step): Promise<Figures> =>
        figuresOf(name, await load(replica, question, step), step.spanMs);
      await run('warming up', { connections: 20, spanMs: USUAL_MS, perSecond: null });
      const most = await run('50 connections', { connections: 50, spanMs: USUAL_MS, perSecond: null });
      const part = (share: number): number => share * most.perSecond;
      const idle = await run('a fifth', { connections: 100, spanMs: USUAL_MS, perSecond: part(0.2) });
      const twice = { connections: 2_000, spanMs: OVERLOAD_MS, perSecond: part(2) };
      const over = await run('twice', twice);
      const less = { connections: 100, spanMs: 2 * RECOVERY_MS, perSecond: part(AFTERWARDS) };
      const after = await load(replica, question, less);
      const later = after.filter(([dueMs]) => dueMs >= RECOVERY_MS);
      const recovered = figuresOf('less, 2 s later', later, RECOVERY_MS);
      const loop = await run('1,000 connections', { connections: 1_000, spanMs: USUAL_MS, perSecond: null });
      printFigures(
        `${question}, ${cbrRows} rows`,
        [most, idle, over, recovered, loop].map(({ row }) => row),
      );
      expect(later.filter(([, , status]) => status !== 200)).toEqual([]);
      expect(over.perSecond).toBeGreaterThan(0);
      expect(loop.perSecond).toBeGreaterThan(0);
      expect(over.p99Ms).toBeLessThanOrEqual(MOST_TIMES * idle.p99Ms);
    },
    OVERLOAD_MS + 120_000,
  );
});
