import { afterAll, describe, expect, it } from '@jest/globals';
import { FAULT_KINDS, type FaultKind } from '@/simulator/faults/fault.js';
import { IN_FULL, printFigures } from '../support/figures.js';
import { expectationOf, reasonsOf, type Expectation } from './expectations.js';
import { DEADLINE_MS, isFeedOf, Scene, split, UPSTREAMS, type Seen, type UpstreamOfTasks } from './scene.js';

const STARTS = ['cold', 'warm'] as const;
type Start = (typeof STARTS)[number];

interface Case {
  readonly kind: FaultKind;
  readonly upstream: UpstreamOfTasks;
  readonly start: Start;
}

const EVERY_CASE = FAULT_KINDS.flatMap((kind) =>
  UPSTREAMS.flatMap((upstream) => STARTS.map((start): Case => ({ kind, upstream, start }))),
);

/** Where tests do not run in full, one case a fault: upstreams and starts take turns. */
const SOME_CASES = FAULT_KINDS.map((kind, index): Case => {
  const upstream = UPSTREAMS[index % UPSTREAMS.length] ?? 'css';
  return { kind, upstream, start: Math.floor(index / UPSTREAMS.length) % 2 === 0 ? 'cold' : 'warm' };
});

const table: Record<string, string | number>[] = [];

/** What is seen while the fault lasts, and what was and is there without it. */
interface Story {
  readonly before: Seen;
  readonly during: Seen;
  readonly after: Seen | null;
}

async function play({ kind, upstream, start }: Case): Promise<Story> {
  const scene = await Scene.open(11);
  try {
    const before = await scene.look();
    await scene.fault(upstream, kind);
    if (start === 'cold') await scene.restart();
    scene.pass(40_000);
    const during = await scene.look();
    await scene.fault(upstream, null);
    scene.pass(40_000);
    return { before, during, after: await scene.recover() };
  } finally {
    await scene.close();
  }
}

function judgeOthers({ before, during }: Story, { upstream }: Case): void {
  expect(split(during.tasks, upstream).others).toEqual(split(before.tasks, upstream).others);
  for (const { feed } of during.problems) expect(isFeedOf(upstream, feed)).toBe(true);
  expect(during.leaks).toEqual([]);
}

function judgeFailed({ before, during }: Story, { upstream, start }: Case, expectation: Expectation): void {
  expect(during).toMatchObject({ status: 200, complete: false });
  expect(split(during.tasks, upstream).own).toEqual(
    start === 'cold' ? [] : split(before.tasks, upstream).own,
  );
  const states = start === 'cold' ? ['FAILED', 'LOADING'] : ['STALE'];
  for (const { state, reason } of during.problems) {
    expect(states).toContain(state);
    expect(reasonsOf(expectation)).toContain(reason);
  }
  expect(during.unreachable).toEqual(during.problems.map(({ feed }) => feed));
}

/** A task may be told in another way, but none may lack unsaid. */
function judgeAltered({ before, during }: Story): void {
  expect(during.complete).toBe(during.problems.length === 0);
  if (during.complete) expect(during.tasks.length).toBeGreaterThanOrEqual(before.tasks.length);
}

function judge(story: Story, each: Case): void {
  const expectation = expectationOf(each.kind, each.upstream);
  const { before, during } = story;
  judgeOthers(story, each);
  if (expectation === 'well') {
    expect(during).toMatchObject({ status: 200, complete: true });
    expect(during.tasks).toHaveLength(before.tasks.length);
  } else if (expectation === 'empty') {
    expect(split(during.tasks, each.upstream).own).toEqual([]);
  } else if (expectation === 'altered') {
    judgeAltered(story);
  } else {
    judgeFailed(story, each, expectation);
  }
}

describe('a fault of one upstream', () => {
  it('is expected to come to something, whichever it is', () => {
    for (const { kind, upstream } of EVERY_CASE) expect(() => expectationOf(kind, upstream)).not.toThrow();
  });

  it.each(IN_FULL ? EVERY_CASE : SOME_CASES)(
    '$kind of $upstream, $start: the answer is right, the others are complete, and it heals',
    async (each) => {
      const story = await play(each);
      judge(story, each);
      expect(story.after).not.toBeNull();
      const { during } = story;
      table.push({
        ...each,
        status: during.status,
        ms: Math.round(during.tookMs),
        tasks: `${split(during.tasks, each.upstream).own.length}/${split(story.before.tasks, each.upstream).own.length}`,
        told: [...new Set(during.problems.map(({ state, reason }) => `${state} ${String(reason)}`))].join(
          ', ',
        ),
      });
      if (IN_FULL) expect(during.tookMs).toBeLessThanOrEqual(DEADLINE_MS + 50);
    },
    60_000,
  );

  afterAll(() => {
    if (IN_FULL) printFigures('faults', table);
  });
});
