import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TaskOrder } from '@/model/order.js';
import { TASK_ORDERS } from '@/model/order.js';
import { Slices } from '@/model/slices.js';
import type { Snapshot } from '@/model/snapshot.js';
import type { Task, TaskRow } from '@/model/task.js';
import { findTask } from './find-task.js';
import sample from './fixtures/task.json' with { type: 'json' };
import { mergeSnapshots } from './view.js';

const merge = (snapshots: readonly Snapshot[], order: TaskOrder): Promise<readonly TaskRow[]> =>
  new Slices().run(mergeSnapshots(snapshots, order));

const SAMPLE = sample as Task;
let revision = 0;

function row(id: string, times: Partial<Task> = {}): TaskRow {
  return { task: { ...SAMPLE, id, ...times }, raw: {} };
}

function snapshot(feed: string, rows: readonly TaskRow[]): Snapshot {
  const [, source = '', , key = ''] = feed.split('/');
  return {
    feed: { name: feed, provider: SAMPLE.provider, source, key, cluster: null },
    rows,
    fetchTimeMs: 0,
    truncation: null,
    coveredSince: null,
    drift: {},
    driftExamples: {},
    revision: ++revision,
  };
}

const idsOf = (rows: readonly TaskRow[]): string[] => rows.map(({ task }) => task.id);

const FEEDS = ['sources/a/feeds/1', 'sources/a/feeds/2', 'sources/b/feeds/1', 'sources/c/feeds/1'];
const time = fc.option(
  fc.oneof(
    fc.constantFrom('0000-01-01T00:00:00.000Z', '1969-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'),
    fc.integer({ min: 0, max: 5 }).map((ms) => new Date(1_700_000_000_000 + ms).toISOString()),
  ),
);
/** A task of one of the feeds; few ids, so that feeds of a source share some. */
const placedRow = fc
  .record({
    feed: fc.constantFrom(...FEEDS),
    key: fc.integer({ min: 0, max: 40 }),
    createTime: time,
    updateTime: time,
  })
  .map(({ feed, key, ...times }) => ({
    feed,
    row: row(`${feed.charAt(8)}.${key}`, { feed, ...times, endTime: null }),
  }));
/** Each task once in its feed, as the provider port promises. */
const placedRows = fc.uniqueArray(placedRow, {
  selector: ({ feed, row }) => `${feed} ${row.task.id}`,
  maxLength: 60,
});
const order = fc.constantFrom(...TASK_ORDERS);

function snapshotsOf(placed: readonly { feed: string; row: TaskRow }[]): Snapshot[] {
  return FEEDS.map((feed) =>
    snapshot(
      feed,
      placed.filter((one) => one.feed === feed).map((one) => one.row),
    ),
  );
}

/** The order by the contract's words, on its own. */
function naiveOrder(tasks: readonly Task[], wanted: TaskOrder): string[] {
  const [field, direction] = wanted.split(' ') as ['createTime' | 'updateTime' | 'endTime', 'asc' | 'desc'];
  const timed = tasks.filter((task) => task[field] !== null);
  const untimed = tasks.filter((task) => task[field] === null);
  const byId = (a: Task, b: Task): number => (a.id < b.id ? -1 : 1);
  const byTime = (a: Task, b: Task): number => {
    const difference = Date.parse(a[field] ?? '') - Date.parse(b[field] ?? '');
    return difference === 0 ? byId(a, b) : direction === 'asc' ? difference : -difference;
  };
  return [...timed.sort(byTime), ...untimed.sort(byId)].map((task) => task.id);
}

/** Each id once, from the feed whose name sorts first. */
function claimedTasks(placed: readonly { feed: string; row: TaskRow }[]): Task[] {
  const claimed = new Map<string, Task>();
  for (const { row } of placed.toSorted((a, b) => (a.feed < b.feed ? 1 : -1)))
    claimed.set(row.task.id, row.task);
  return [...claimed.values()];
}

describe('mergeSnapshots', () => {
  it('answers every task once, in the order of the contract', async () => {
    await fc.assert(
      fc.asyncProperty(placedRows, order, async (placed, wanted) => {
        const merged = await merge(snapshotsOf(placed), wanted);
        const expected = claimedTasks(placed);
        expect(idsOf(merged)).toEqual(naiveOrder(expected, wanted));
        expect(new Set(merged.map(({ task }) => task))).toEqual(new Set(expected));
      }),
    );
  });

  it('does not depend on the order of the snapshots or of their rows', async () => {
    const shuffled = placedRows.chain((placed) =>
      fc.tuple(
        fc.constant(placed),
        fc.shuffledSubarray(placed, { minLength: placed.length }),
        fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(shuffled, order, async ([placed, again, places], wanted) => {
        const snapshots = snapshotsOf(again);
        const moved = places.flatMap((place) => snapshots.slice(place, place + 1));
        expect(await merge(moved, wanted)).toEqual(await merge(snapshotsOf(placed), wanted));
      }),
    );
  });

  it('leaves the rows of the snapshots where they are', async () => {
    const rows = Object.freeze([row('b.2', { createTime: '2024-01-01T00:00:00.000Z' }), row('b.1')]);
    const merged = await merge([snapshot('sources/b/feeds/1', rows)], 'createTime asc');
    expect(idsOf(merged)).toEqual(['b.1', 'b.2']);
    expect(idsOf(rows)).toEqual(['b.2', 'b.1']);
  });

  it('keeps a task when the same snapshot comes twice or two snapshots share a row', async () => {
    const shared = row('a.1');
    const one = snapshot('sources/a/feeds/1', [shared]);
    const other = snapshot('sources/a/feeds/2', [shared]);
    expect(await merge([one, one, other], 'createTime desc')).toEqual([shared]);
  });

  it('takes the newer of two snapshots of one feed at its word', async () => {
    const [older, newer] = ['2024-01-01T00:00:00.000Z', '2024-01-02T00:00:00.000Z'].map((updateTime) =>
      snapshot('sources/a/feeds/1', [row('a.1', { updateTime })]),
    ) as [Snapshot, Snapshot];
    expect(await merge([older, newer], 'createTime desc')).toEqual(newer.rows);
    expect(await merge([newer, older], 'createTime desc')).toEqual(newer.rows);
  });

  it('answers nothing for no snapshots', async () => {
    expect(await merge([], 'createTime desc')).toEqual([]);
  });
});

describe('findTask', () => {
  it('finds the very row that the lists show', async () => {
    await fc.assert(
      fc.asyncProperty(placedRows, order, async (placed, wanted) => {
        const snapshots = snapshotsOf(placed);
        const merged = await merge(snapshots, wanted);
        const found = merged.map(({ task }) => findTask(snapshots.toReversed(), task.id));
        expect(await Promise.all(found)).toEqual(merged);
      }),
    );
  });

  it('answers null for an id that no snapshot holds and for what is no id', async () => {
    const snapshots = [snapshot('sources/a/feeds/1', [row('a.1')])];
    const ids = ['a.2', 'b.1', 'a', '', '.1', '__proto__'];
    const found = await Promise.all(ids.map((id) => findTask(snapshots, id)));
    expect(found).toEqual(ids.map(() => null));
  });
});
