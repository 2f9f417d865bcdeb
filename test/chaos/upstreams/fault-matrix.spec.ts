import { afterAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { FAULT_KINDS, type FaultSettings } from '@/simulator/faults/fault.js';
import { openByName, openByTls, type BreakableRoute } from './breakable-route.js';
import { IN_FULL, printFigures } from '../../support/figures.js';
import { isFeedOf, SOURCES, split, UPSTREAMS, type UpstreamOfTasks } from '../../support/upstreams.js';
import { expectationOf, reasonsOf, type Expectation } from '../../support/fault-expectations.js';
import { BRIEF, FaultScenario, type Seen } from './fault-scenario.js';
import { BLIND_AFTER_MS, checkBlind, checkNeverOkUnread, verdictsOf, type Judged } from './judged.js';

const STARTS = ['cold', 'warm'] as const;
type Start = (typeof STARTS)[number];

/** What is wrong with an upstream, or with the route to it. */
interface Trouble {
  readonly name: string;
  /** Until the fault is cleared. */
  readonly fault?: FaultSettings;
  /** Until it is found again. */
  readonly by?: (url: string) => Promise<BreakableRoute>;
}

const FAULTS = FAULT_KINDS.map((kind): Trouble => ({ name: kind, fault: { kind } }));

/** What no fault alone is: throttling with a stated end, and broken routes. */
const OTHERS: readonly Trouble[] = [
  {
    name: 'throttle, Retry-After',
    fault: { kind: 'throttle', retryAfterSeconds: 30 },
  },
  {
    name: 'throttle, Retry-After as a date',
    fault: { kind: 'throttle', retryAfterSeconds: 30, retryAfterForm: 'date' },
  },
  {
    name: 'throttle, RateLimit headers',
    fault: { kind: 'throttle', resetSeconds: 30 },
  },
  { name: 'DNS failure', by: openByName },
  { name: 'TLS failure', by: openByTls },
];

const TROUBLES = [...FAULTS, ...OTHERS];

interface Case {
  readonly trouble: Trouble;
  readonly upstream: UpstreamOfTasks;
  readonly start: Start;
}

const EVERY_CASE = TROUBLES.flatMap((trouble) =>
  UPSTREAMS.flatMap((upstream) => STARTS.map((start): Case => ({ trouble, upstream, start }))),
);

/** Where tests do not run in full, some of them, others in each run: a title tells which it was. */
const SOME_CASES = fc.sample(fc.shuffledSubarray(EVERY_CASE, { minLength: 20, maxLength: 20 }), 1).flat();

const table: Record<string, string | number>[] = [];

/** A broken route has the same outcome for every upstream. */
function expectedOf({ trouble, upstream }: Pick<Case, 'trouble' | 'upstream'>): Expectation {
  return trouble.fault === undefined ? 'UNREACHABLE' : expectationOf(trouble.fault.kind, upstream);
}

/** By then clusters are listed again. */
const RELISTED_AFTER_MS = 90_000;

/** What is seen while the fault lasts, and what was and is there without it. */
interface Outcome {
  readonly before: Seen;
  readonly during: Seen;
  readonly after: Seen | null;
  /** The verdicts without the fault, with it for longer than any rule accepts, and once it is over. */
  readonly judged: Readonly<Record<'before' | 'blind' | 'after', Judged>>;
}

async function setTrouble(
  scenario: FaultScenario,
  { trouble, upstream }: Case,
  isOn: boolean,
): Promise<void> {
  if (trouble.by !== undefined) await scenario.breakRoute(upstream, isOn);
  else await scenario.fault(upstream, isOn ? (trouble.fault ?? null) : null);
}

/** Only the upstream that is about to fail has a short timeout, so that the others are complete on any machine. */
function timeoutSettings({ trouble, upstream }: Case): {
  shortTimeoutFor?: UpstreamOfTasks;
  timeoutMs?: number;
} {
  return expectedOf({ trouble, upstream }) === 'TIMEOUT'
    ? { shortTimeoutFor: upstream, timeoutMs: BRIEF.timeoutMs }
    : {};
}

async function runCase(each: Case): Promise<Outcome> {
  const { trouble, upstream, start } = each;
  const scenario = await FaultScenario.open(11, {
    ...(trouble.by !== undefined && { by: { [upstream]: trouble.by } }),
    ...(IN_FULL ? BRIEF : timeoutSettings(each)),
  });
  try {
    const before = await scenario.whole();
    const judgedBefore = await scenario.judge();
    await setTrouble(scenario, each, true);
    if (start === 'cold') await scenario.restart();
    scenario.pass(40_000);
    const during = await scenario.look();
    scenario.pass(BLIND_AFTER_MS);
    const blind = await scenario.judge();
    await setTrouble(scenario, each, false);
    scenario.pass(40_000);
    const after = await scenario.recover();
    // An upstream may have said that it has no clusters.
    scenario.pass(RELISTED_AFTER_MS);
    await scenario.recover();
    return { before, during, after, judged: { before: judgedBefore, blind, after: await scenario.judge() } };
  } finally {
    await scenario.close();
  }
}

function checkOthers({ before, during }: Outcome, { upstream }: Case): void {
  expect(split(during.tasks, upstream).others).toEqual(split(before.tasks, upstream).others);
  for (const { feed } of during.problems) expect(isFeedOf(upstream, feed)).toBe(true);
  expect(during.leaks).toEqual([]);
}

function checkFailed({ before, during }: Outcome, { trouble, upstream, start }: Case): void {
  expect(during).toMatchObject({ status: 200, complete: false });
  expect(split(during.tasks, upstream).own).toEqual(
    start === 'cold' ? [] : split(before.tasks, upstream).own,
  );
  const states = start === 'cold' ? ['FAILED', 'LOADING'] : ['STALE'];
  for (const { state, reason } of during.problems) {
    expect(states).toContain(state);
    expect(reasonsOf(expectedOf({ trouble, upstream }))).toContain(reason);
  }
  expect(during.unreachable).toEqual(during.problems.map(({ feed }) => feed));
}

/** A task may differ, but none may be missing without a report. */
function checkAltered({ before, during }: Outcome): void {
  expect(during.complete).toBe(during.problems.length === 0);
  if (during.complete) expect(during.tasks.length).toBeGreaterThanOrEqual(before.tasks.length);
}

function check(outcome: Outcome, each: Case): void {
  const expectation = expectedOf(each);
  const { before, during } = outcome;
  checkOthers(outcome, each);
  if (expectation === 'well') {
    expect(during).toMatchObject({ status: 200, complete: true });
    expect(during.tasks).toHaveLength(before.tasks.length);
  } else if (expectation === 'empty') {
    expect(split(during.tasks, each.upstream).own).toEqual([]);
  } else if (expectation === 'altered') {
    checkAltered(outcome);
  } else {
    checkFailed(outcome, each);
  }
}

/** What could not be read for too long is not OK, what can be is judged as ever, and all is as it was in the end. */
function checkVerdicts({ judged: { before, blind, after } }: Outcome, each: Case): void {
  const source = SOURCES[each.upstream];
  const others = verdictsOf(before, (resource) => resource.source !== source);
  expect(others.size).toBeGreaterThan(0);
  expect(verdictsOf(blind, (resource) => resource.source !== source)).toEqual(others);
  checkNeverOkUnread(blind);
  if (isFailure(expectedOf(each))) checkBlind({ before, blind, isCold: each.start === 'cold' }, source);
  expect(verdictsOf(after)).toEqual(verdictsOf(before));
}

function isFailure(expectation: Expectation): boolean {
  return !['well', 'empty', 'altered'].includes(expectation);
}

describe('a fault of one upstream', () => {
  it('has an expected outcome, whatever its kind', () => {
    for (const each of EVERY_CASE) expect(() => expectedOf(each)).not.toThrow();
  });

  it.each(IN_FULL ? EVERY_CASE : SOME_CASES)(
    '$trouble.name of $upstream, $start: the answer is right, no verdict is OK unseen, the others are complete, and it recovers',
    async (each) => {
      const outcome = await runCase(each);
      check(outcome, each);
      checkVerdicts(outcome, each);
      expect(outcome.after).not.toBeNull();
      const { during } = outcome;
      table.push({
        trouble: each.trouble.name,
        upstream: each.upstream,
        start: each.start,
        status: during.status,
        ms: Math.round(during.tookMs),
        tasks: `${split(during.tasks, each.upstream).own.length}/${split(outcome.before.tasks, each.upstream).own.length}`,
        told: [...new Set(during.problems.map(({ state, reason }) => `${state} ${String(reason)}`))].join(
          ', ',
        ),
      });
      if (IN_FULL) expect(during.tookMs).toBeLessThanOrEqual(BRIEF.deadlineMs + 50);
    },
  );

  afterAll(() => {
    if (IN_FULL) printFigures('faults', table);
  });
});
