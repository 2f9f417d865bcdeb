import { afterAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { FAULT_KINDS, type FaultKind, type FaultSettings } from '@/simulator/faults/fault.js';
import { IN_FULL, printFigures } from '../../support/figures.js';
import { isFeedOf, split, UPSTREAMS, type UpstreamOfTasks } from '../../support/upstreams.js';
import { alters, expectationOf } from '../../support/fault-expectations.js';
import { AMPLE, FaultScenario, type Seen } from './fault-scenario.js';

/** Scenarios, and how many rounds of faults each of them runs: in parallel only where there are many. */
const SCENARIOS = IN_FULL ? 8 : 3;
const ROUNDS_EACH = IN_FULL ? 1_250 : 6;

/** Scenarios share one process: what is well must be in time all the same. */
const TIMING = IN_FULL ? { deadlineMs: 3_000, timeoutMs: 2_500 } : AMPLE;

/** Bodies of 100 MB and more take a second each; the matrix has them. What hangs takes as long as it may. */
const KINDS = FAULT_KINDS.filter((kind) => {
  const expectation = expectationOf(kind, 'css');
  return expectation !== 'LIMIT' && (IN_FULL || expectation !== 'TIMEOUT');
});

/** The fault of each upstream; null: none. */
type Faults = Readonly<Record<UpstreamOfTasks, FaultSettings | null>>;

const bounds = fc.constantFrom<Omit<FaultSettings, 'kind'>>(
  ...[
    {},
    {},
    { rate: 0.3 },
    { rate: 0.8 },
    { at: 1 },
    { at: [2, 3] },
    { every: 2 },
    { times: 1 },
    { times: 4 },
  ],
);
const fault = fc
  .tuple(fc.constantFrom(...KINDS), bounds)
  .map(([kind, bound]): FaultSettings => ({ kind, ...bound }));
const maybeFault = fc.option(fault, { freq: 2 });
const faults: fc.Arbitrary<Faults> = fc.record({
  css: maybeFault,
  cbr: maybeFault,
  cce: maybeFault,
  ocp: maybeFault,
});

let rounds = 0;
let partial = 0;

function idsOf(seen: Seen, upstream: UpstreamOfTasks): string[] {
  return split(seen.tasks, upstream)
    .own.map(({ id }) => id)
    .sort();
}

interface Unreported {
  readonly truth: Seen;
  readonly seen: Seen;
  readonly upstream: UpstreamOfTasks;
}

/** The tasks of an upstream of which no problem is told: all must be there, unless it says itself that it has none. */
function checkUnreported({ truth, seen, upstream }: Unreported, kind: FaultKind | null): void {
  const [found, wanted] = [idsOf(seen, upstream), idsOf(truth, upstream)];
  const expectation = kind === null ? 'well' : expectationOf(kind, upstream);
  if (expectation === 'empty') expect(wanted).toEqual(expect.arrayContaining(found));
  else if (kind === null || !alters(kind, upstream)) expect(found).toEqual(wanted);
  else expect(found.length).toBeGreaterThanOrEqual(wanted.length);
}

/** Nothing may lack unsaid, nothing may be told of those who are well, and no upstream's text may be passed on. */
function check(truth: Seen, seen: Seen, applied: Faults): void {
  expect([200, 503, 504]).toContain(seen.status);
  expect(seen.leaks).toEqual([]);
  expect(seen.complete).toBe(seen.status === 200 && seen.problems.length === 0);
  if (seen.status !== 200) return;
  for (const upstream of UPSTREAMS) {
    const told = seen.problems.filter(({ feed }) => isFeedOf(upstream, feed));
    const own = applied[upstream];
    if (own === null) expect(told).toEqual([]);
    if (told.length === 0) checkUnreported({ truth, seen, upstream }, own?.kind ?? null);
  }
  if (seen.problems.length > 0) partial += 1;
}

async function runRound(scenario: FaultScenario, truth: Seen, applied: Faults): Promise<void> {
  for (const upstream of UPSTREAMS) await scenario.fault(upstream, applied[upstream]);
  if (rounds % 5 === 0) await scenario.restart();
  scenario.pass(40_000);
  check(truth, await scenario.look(), applied);
  scenario.pass(20_000);
  check(truth, await scenario.look(), applied);
  for (const upstream of UPSTREAMS) await scenario.fault(upstream, null);
  scenario.pass(40_000);
  // What was read while a fault changed rows, of lists of clusters as well, is renewed first.
  const after = await scenario.recoverWithNewReads();
  for (const upstream of UPSTREAMS) expect(after && idsOf(after, upstream)).toEqual(idsOf(truth, upstream));
  rounds += 1;
}

describe('random faults of all upstreams', () => {
  it.each(Array.from({ length: SCENARIOS }, (_, number) => number))(
    'are all reported, and end in complete answers (scenario %d)',
    IN_FULL ? { concurrent: true, timeout: 3_600_000 } : {},
    async (number) => {
      const scenario = await FaultScenario.open(100 + number, TIMING);
      try {
        const truth = await scenario.whole();
        await fc.assert(
          fc.asyncProperty(faults, (applied) => runRound(scenario, truth, applied)),
          { numRuns: ROUNDS_EACH, endOnFailure: true },
        );
      } finally {
        await scenario.close();
      }
    },
  );

  afterAll(() => {
    printFigures('random faults', [{ rounds, 'answers that were partial': partial }]);
    expect(partial).toBeGreaterThan(rounds / 10);
  });
});
