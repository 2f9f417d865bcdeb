import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { TASK_ORDERS, type OrderPosition, type TaskOrder } from '@/model/order.js';
import type { TaskFilter } from '@/model/query.js';
import type { Snapshot } from '@/model/snapshot.js';
import type { Task, TaskRow } from '@/model/task.js';
import { heldOf } from '../../test/support/garbage.js';
import { nextSnapshot, snapshotOf } from '../../test/support/snapshots.js';
import sample from './fixtures/task.json' with { type: 'json' };
import type { Page } from './merge.js';
import { View, type Selection } from './view.js';

const FEEDS = ['sources/a/feeds/1', 'sources/a/feeds/2', 'sources/a/feeds/3', 'sources/b/feeds/1'];
const MOMENTS = Array.from({ length: 6 }, (_, ms) => new Date(1_700_000_000_000 + ms).toISOString());
const EXTREMES = ['0000-01-01T00:00:00.000Z', '1969-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'];

const time = fc.option(fc.constantFrom(...MOMENTS, ...MOMENTS, ...EXTREMES), { freq: 8 });
const resource = fc.constantFrom('Orders-DB', 'orders archive', 'shop', null);

/** What a feed may say of a task. There are few ids, so feeds of one source share some, each with words of its own. */
const said = fc.record({
  key: fc.integer({ min: 0, max: 30 }),
  createTime: time,
  updateTime: time,
  endTime: time,
  status: fc.constantFrom('RUNNING' as const, 'FAILED' as const),
  warnings: fc.constantFrom([], [{ code: null, message: 'm' }]),
  name: resource,
});
type Said = typeof said extends fc.Arbitrary<infer T> ? T : never;

function taskOf(feed: string, { key, name, ...fields }: Said): Task {
  const source = feed.split('/')[1] ?? '';
  const named = name === null ? null : { type: 'server', id: name, name };
  return { ...(sample as Task), ...fields, id: `${source}.${key}`, source, feed, resource: named };
}

/** What a read brings: of some tasks something else, of others nothing any more. */
const read = fc.record({
  feed: fc.nat(FEEDS.length - 1),
  saying: fc.uniqueArray(said, { selector: ({ key }) => key, maxLength: 20 }),
  dropping: fc.array(fc.nat(30), { maxLength: 5 }),
});
type Read = typeof read extends fc.Arbitrary<infer T> ? T : never;

function afterRead(snapshot: Snapshot, { saying, dropping }: Read): Snapshot {
  const tasks = new Map(snapshot.rows.map(({ task }) => [task.id, task]));
  for (const each of saying) {
    const task = taskOf(snapshot.feed.name, each);
    tasks.set(task.id, task);
  }
  for (const key of dropping) tasks.delete(`${snapshot.feed.source}.${key}`);
  return nextSnapshot(snapshot, [...tasks.values()]);
}

const filter: fc.Arbitrary<TaskFilter> = fc.oneof(
  fc.constant({}),
  fc.record(
    {
      source: fc.subarray(['a', 'b'], { minLength: 1 }),
      status: fc.subarray(['RUNNING' as const, 'FAILED' as const]),
      hasWarnings: fc.boolean(),
      resourceName: fc.constantFrom('ORDERS', 'o', 'db'),
      createdAfter: fc.constantFrom(...MOMENTS),
      endedBefore: fc.constantFrom(...MOMENTS),
    },
    { requiredKeys: [] },
  ),
);
const question = fc.record({
  filter,
  order: fc.constantFrom(...TASK_ORDERS),
  pageSize: fc.oneof(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 1000 })),
  page: fc.option(fc.integer({ min: 1, max: 12 })),
  after: fc.option(fc.record({ time, id: fc.nat(31).map((key) => `a.${key}`) })),
});

/** The tasks that match, by the words of the contract: each once, from the feed whose name sorts first. */
function plainList(snapshots: readonly Snapshot[], wanted: TaskFilter, order: TaskOrder): TaskRow[] {
  const shown = new Map<string, TaskRow>();
  for (const { rows } of snapshots.toSorted((a, b) => (a.feed.name < b.feed.name ? 1 : -1))) {
    for (const row of rows) shown.set(row.task.id, row);
  }
  return [...shown.values()]
    .filter(({ task }) => plainMatches(task, wanted))
    .sort((a, b) => plainCompare(place(a.task, order), place(b.task, order), order));
}

function plainMatches(task: Task, wanted: TaskFilter): boolean {
  const { createTime, endTime, warnings } = task;
  return [
    isFree(wanted.source, (source) => source.includes(task.source)),
    isFree(wanted.status, (status) => status.includes(task.status)),
    isFree(wanted.hasWarnings, (hasWarnings) => warnings.length > 0 === hasWarnings),
    isFree(wanted.resourceName, (name) => new RegExp(name, 'i').test(task.resource?.name ?? '')),
    isFree(wanted.createdAfter, (after) => createTime !== null && createTime >= after),
    isFree(wanted.endedBefore, (before) => endTime !== null && endTime < before),
  ].every(Boolean);
}

/** True where nothing is wanted, or what is wanted holds. */
function isFree<T>(wanted: T | undefined, holds: (wanted: T) => boolean): boolean {
  return wanted === undefined || holds(wanted);
}

function place(task: Task, order: TaskOrder): OrderPosition {
  return { time: task[order.split(' ')[0] as 'createTime'], id: task.id };
}

function plainCompare(a: OrderPosition, b: OrderPosition, order: TaskOrder): number {
  const sign = order.endsWith('asc') ? 1 : -1;
  if (a.time !== b.time) {
    if (a.time === null || b.time === null) return a.time === null ? 1 : -1;
    return a.time < b.time ? -sign : sign;
  }
  return a.id < b.id ? -1 : 1;
}

/** The page by the plain list. */
function plainPage(
  list: readonly TaskRow[],
  { order, pageSize, page }: Selection,
  after: OrderPosition | null,
): Page {
  const isPassed = ({ task }: TaskRow): boolean => {
    const at = place(task, order);
    const isAt = at.time === after?.time && at.id === after.id;
    return after !== null && (isAt || plainCompare(at, after, order) < 0);
  };
  const start = after === null ? ((page ?? 1) - 1) * pageSize : list.filter(isPassed).length;
  const rows = list.slice(start, start + pageSize);
  const last = rows.at(-1);
  const follows = last !== undefined && start + rows.length < list.length;
  return { rows, totalSize: list.length, nextPosition: follows ? place(last.task, order) : null };
}

describe('View', () => {
  it('returns the pages of the sorted union, whatever changes between the requests', async () => {
    const rounds = fc.array(fc.tuple(fc.array(read, { maxLength: 3 }), question), {
      minLength: 1,
      maxLength: 12,
      size: 'max',
    });
    await fc.assert(
      fc.asyncProperty(rounds, async (plan) => {
        const view = new View();
        const snapshots = FEEDS.map((feed) => snapshotOf(feed, []));
        for (const [reads, { after, ...asked }] of plan) {
          for (const each of reads) {
            snapshots[each.feed] = afterRead(snapshots[each.feed]!, each);
          }
          const selection = { ...asked, page: after === null ? asked.page : null };
          const list = plainList(snapshots, selection.filter, selection.order);
          const page = await view.page(snapshots.toReversed(), selection, after);
          expect(page).toEqual(plainPage(list, selection, after));
          expect(page.rows.every((row, index) => row === plainPage(list, selection, after).rows[index])).toBe(
            true,
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it('answers each request from its own snapshots, also with many at once', async () => {
    const rounds = fc.array(fc.tuple(read, question), { minLength: 2, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(rounds, async (plan) => {
        const view = new View();
        let snapshots = FEEDS.map((feed) => snapshotOf(feed, []));
        const asked = plan.map(([each, { after, ...selection }]) => {
          snapshots = snapshots.map((snapshot, index) =>
            index === each.feed ? afterRead(snapshot, each) : snapshot,
          );
          const list = plainList(snapshots, selection.filter, selection.order);
          const cut = { ...selection, page: after === null ? selection.page : null };
          return { page: view.page(snapshots, cut, after), expected: plainPage(list, cut, after) };
        });
        expect(await Promise.all(asked.map(({ page }) => page))).toEqual(
          asked.map(({ expected }) => expected),
        );
      }),
    );
  });

  it('returns nothing for no snapshots', async () => {
    const selection: Selection = { filter: {}, order: 'createTime desc', pageSize: 50, page: null };
    expect(await new View().page([], selection, null)).toEqual({
      rows: [],
      totalSize: 0,
      nextPosition: null,
    });
  });

  it('finds the same row that pages show', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(read, { maxLength: 8 }), async (reads) => {
        const view = new View();
        const snapshots = FEEDS.map((feed) => snapshotOf(feed, []));
        for (const each of reads) {
          snapshots[each.feed] = afterRead(snapshots[each.feed]!, each);
          const list = plainList(snapshots, {}, 'createTime desc');
          const found = list.map(({ task }) => view.find(snapshots.toReversed(), task.id));
          const rows = await Promise.all(found);
          expect(rows.every((row, index) => row === list[index])).toBe(true);
        }
      }),
    );
  });

  it('finds nothing for an id that no snapshot has, nor for an invalid id', async () => {
    const row = { task: taskOf('sources/a/feeds/1', { ...NOTHING_SAID, key: 1 }), raw: {} };
    const snapshots = [snapshotOf('sources/a/feeds/1', [row])];
    const ids = ['a.2', 'b.1', 'a', '', '.1', '__proto__'];
    const found = await Promise.all(ids.map((id) => new View().find(snapshots, id)));
    expect(found).toEqual(ids.map(() => null));
  });

  it('holds no row of a source that is not configured any more', async () => {
    const view = new View();
    const selection: Selection = { filter: {}, order: 'createTime desc', pageSize: 50, page: null };
    const seen = await askedOnce(view, ['sources/gone/feeds/1', 'sources/gone/feeds/2'], selection);
    view.keepOnly(new Set(['other']));
    expect(await heldOf(seen)).toBe(0);
  });

  it('visits no row of a feed that did not change', async () => {
    const view = new View();
    const tasks = [1, 2, 3].map((key) => taskOf('sources/a/feeds/1', { ...NOTHING_SAID, key }));
    let looks = 0;
    const rows = tasks.map((task) => ({
      raw: {},
      get task(): Task {
        looks += 1;
        return task;
      },
    }));
    const still = snapshotOf('sources/a/feeds/1', rows);
    let moving = snapshotOf('sources/b/feeds/1', []);
    const selection: Selection = {
      filter: { status: ['FAILED'] },
      order: 'endTime desc',
      pageSize: 50,
      page: null,
    };
    await view.page([still, moving], selection, null);
    const before = looks;
    for (let key = 0; key < 5; key += 1) {
      moving = nextSnapshot(moving, [taskOf('sources/b/feeds/1', { ...NOTHING_SAID, key })]);
      await view.page([still, moving], selection, null);
    }
    expect(looks).toBe(before);
  });
});

const NOTHING_SAID: Said = {
  key: 0,
  createTime: null,
  updateTime: null,
  endTime: null,
  status: 'RUNNING',
  warnings: [],
  name: null,
};

/** Asks for a page of feeds with a task each. The rows, held by nobody here. */
async function askedOnce(
  view: View,
  feeds: readonly string[],
  selection: Selection,
): Promise<WeakRef<object>[]> {
  const rows = feeds.map((feed, key) => ({ task: taskOf(feed, { ...NOTHING_SAID, key }), raw: {} }));
  const snapshots = feeds.map((feed, index) => snapshotOf(feed, rows.slice(index, index + 1)));
  expect((await view.page(snapshots, selection, null)).totalSize).toBe(feeds.length);
  return rows.map((row) => new WeakRef(row));
}
