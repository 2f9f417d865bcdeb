import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { FaultSettings } from '@/simulator/faults/fault.js';
import { isProbed } from '../../support/circuits.js';
import { IN_FULL, printFigures } from '../../support/figures.js';
import { ask } from '../../support/http.js';
import { until } from '../../support/redis.js';
import { listPath } from '../../support/tasks.js';
import { isFeedOf, SOURCES, UPSTREAMS, type UpstreamOfTasks } from '../../support/upstreams.js';
import { AMPLE, FaultScenario } from './fault-scenario.js';

const MINUTES = 10;
/** From one question to the next. */
const STEP_MS = IN_FULL ? 1_000 : 10_000;
const STEPS = (MINUTES * 60_000) / STEP_MS;
/** A call that hangs takes so long, in which the clock stands still. */
const TIMEOUT_MS = IN_FULL ? 150 : AMPLE.timeoutMs;
/** What a 429 asks for. */
const WINDOW_SECONDS = 90;

const FAULTS: Readonly<Record<string, FaultSettings>> = {
  'refused connections': { kind: 'refuse' },
  'reset connections': { kind: 'reset' },
  503: { kind: 'unavailable', retryAfterSeconds: 1 },
  500: { kind: 'error-500' },
  hang: { kind: 'hang' },
  HTML: { kind: 'html' },
  429: { kind: 'throttle' },
  '429 of the gateway before it': { kind: 'throttle-gateway' },
  '429 with Retry-After': { kind: 'throttle', retryAfterSeconds: WINDOW_SECONDS },
  '429 with RateLimit-Reset': { kind: 'throttle', resetSeconds: WINDOW_SECONDS },
};

interface Case {
  readonly fault: string;
  readonly upstream: UpstreamOfTasks;
}

const EVERY_CASE = Object.keys(FAULTS).flatMap((fault) =>
  UPSTREAMS.map((upstream): Case => ({ fault, upstream })),
);
const SOME_CASES: readonly Case[] = [
  { fault: '503', upstream: 'cbr' },
  { fault: '429 with RateLimit-Reset', upstream: 'ocp' },
];
const CASES = IN_FULL ? EVERY_CASE : SOME_CASES;

const table: Record<string, string | number>[] = [];
const usual = new Map<UpstreamOfTasks, number>();

let scenario: FaultScenario;
afterEach(() => scenario.close());

/** How many calls the gateway has made to an upstream, refused connections among them. */
async function callsTo(upstream: UpstreamOfTasks): Promise<number> {
  const { text } = await ask(`${scenario.url}/metrics`, { 'cache-control': 'only-if-cached' });
  return text
    .split('\n')
    .filter((line) => line.startsWith('tributary_upstream_call_duration_seconds_count'))
    .filter((line) => line.includes(`source="${SOURCES[upstream]}"`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

/** Asks every second (every ten in the short form) for ten minutes. Answers how many calls that cost the upstream. */
async function pass(upstream: UpstreamOfTasks): Promise<number> {
  const before = await callsTo(upstream);
  for (let step = 0; step < STEPS; step += 1) {
    scenario.pass(STEP_MS);
    await ask(`${scenario.url}${listPath({ pageSize: 1 })}`);
    await until(async () => !(await isProbed(scenario.url)));
  }
  return (await callsTo(upstream)) - before;
}

/** The calls of ten minutes in which all is well; all upstreams are counted at once. */
async function usualCalls(): Promise<ReadonlyMap<UpstreamOfTasks, number>> {
  if (usual.size > 0) return usual;
  const well = await FaultScenario.open(21, { timeoutMs: TIMEOUT_MS });
  const faulty = scenario;
  scenario = well;
  await well.whole();
  const before = await Promise.all(UPSTREAMS.map(callsTo));
  await pass('css');
  const after = await Promise.all(UPSTREAMS.map(callsTo));
  for (const [index, upstream] of UPSTREAMS.entries()) {
    usual.set(upstream, (after[index] ?? 0) - (before[index] ?? 0));
  }
  scenario = faulty;
  await well.close();
  return usual;
}

/** Calls that come so soon after one another were under way together. */
const TOGETHER_MS = 500;

/** The shortest time between a call that was told to stay away and the next one that was sent later, in seconds. */
function shortestStay(upstream: UpstreamOfTasks): number {
  const { entries } = scenario.simulator.calls;
  const times = entries.filter((call) => call.upstream === upstream).map(({ atMs }) => atMs);
  const stays = times.slice(1).map((atMs, index) => atMs - (times[index] ?? atMs));
  return Math.min(...stays.filter((ms) => ms > TOGETHER_MS)) / 1000;
}

describe(`${MINUTES} minutes without an upstream`, () => {
  it.each(CASES)(
    '($fault, $upstream) cost at most 1.2 times its usual calls, and none that it forbade',
    async ({ fault, upstream }) => {
      scenario = await FaultScenario.open(21, { timeoutMs: TIMEOUT_MS });
      const expected = (await usualCalls()).get(upstream) ?? 0;
      await scenario.whole();
      await scenario.fault(upstream, FAULTS[fault] ?? null);
      scenario.simulator.calls.reset();
      const calls = await pass(upstream);
      const isWindow = fault.startsWith('429 with');
      const stay = isWindow ? shortestStay(upstream) : null;
      await scenario.fault(upstream, null);
      scenario.pass(WINDOW_SECONDS * 1_000);
      const after = await scenario.recover();
      table.push({
        fault,
        upstream,
        'usual calls': expected,
        calls,
        ratio: (calls / expected).toFixed(2),
        'shortest stay s': stay?.toFixed(1) ?? '',
      });
      expect(calls).toBeGreaterThan(0);
      expect(calls).toBeLessThanOrEqual(1.2 * expected);
      if (stay !== null) expect(stay).toBeGreaterThanOrEqual(WINDOW_SECONDS);
      expect(after).not.toBeNull();
    },
  );

  afterAll(() => {
    printFigures(`calls of ${MINUTES} minutes, a question every ${STEP_MS / 1000} s`, table);
  });
});

describe('a source with a long Retry-After for one feed', () => {
  it('is not called at all, reports it, and is read again as soon as the time is over', async () => {
    scenario = await FaultScenario.open(22, { timeoutMs: TIMEOUT_MS });
    await scenario.whole();
    const [first] = scenario.simulator.fleet.css;
    await scenario.fault('css', {
      kind: 'throttle',
      only: first?.id ?? '',
      times: 1,
      retryAfterSeconds: 300,
    });
    // The other cluster's feed was read at the same time as the first, and is due 15 s later.
    for (const ms of [40_000, 20_000]) {
      scenario.pass(ms);
      await scenario.look();
    }
    const calls = scenario.simulator.calls.count('css');
    for (let seconds = 40; seconds <= 280; seconds += 20) {
      scenario.pass(20_000);
      const { problems } = await scenario.look();
      const told = problems.filter(({ feed }) => isFeedOf('css', feed) && !feed.endsWith('/-'));
      expect(told.map(({ state, reason }) => `${state} ${String(reason)}`)).toEqual([
        'STALE THROTTLED',
        'STALE THROTTLED',
      ]);
    }
    expect(scenario.simulator.calls.count('css')).toBe(calls);
    scenario.pass(21_000);
    await scenario.look();
    const { complete, problems } = await scenario.look();
    expect(problems).toEqual([]);
    expect(complete).toBe(true);
  });
});
