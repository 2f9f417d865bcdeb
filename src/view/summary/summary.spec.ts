import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Snapshot } from '@/model/snapshot.js';
import { BUCKET_UNITS, GROUP_FIELDS, type GroupField, type SummaryQuery } from '@/model/summary.js';
import { TASK_TRIGGERS, type Task } from '@/model/task.js';
import { PlainCalendar, ZONES } from '../../../test/support/plain-calendar.js';
import { nextSnapshot, snapshotOf } from '../../../test/support/snapshots.js';
import sample from '../fixtures/task.json' with { type: 'json' };
import { View } from '../view.js';
import type { Summary, SummaryGroup } from './summary.js';

const FEEDS = ['sources/a/feeds/1', 'sources/a/feeds/2', 'sources/b/feeds/1'];
const MINUTE_MS = 60_000;
const RANGE_MINUTES = 3 * 24 * 60;

/** Minutes from the middle of the range. */
const minutes = fc.option(fc.integer({ min: -RANGE_MINUTES, max: RANGE_MINUTES }), { freq: 8 });
const name = fc.constantFrom<(string | null)[]>('old name', 'new name', null);

/** What a feed may say of a task. There are few ids, so feeds of one source share some, each with words of its own. */
const said = fc.record({
  key: fc.nat(15),
  created: minutes,
  ended: minutes,
  status: fc.constantFrom('RUNNING' as const, 'FAILED' as const),
  type: fc.constantFrom('BACKUP' as const, 'RESTORE' as const),
  trigger: fc.option(fc.constantFrom(...TASK_TRIGGERS)),
  durationSeconds: fc.option(fc.nat(1000), { freq: 4 }),
  warnings: fc.constantFrom([], [{ code: null, message: 'm' }]),
  resource: fc.option(
    fc.record({
      type: fc.constantFrom<(string | null)[]>('vm', null),
      id: fc.constantFrom<(string | null)[]>('1', '2', null),
      name,
    }),
  ),
  cluster: fc.option(fc.record({ id: fc.constantFrom<string[]>('1', '2'), name })),
});
type Said = typeof said extends fc.Arbitrary<infer T> ? T : never;

const read = fc.record({
  feed: fc.nat(FEEDS.length - 1),
  saying: fc.uniqueArray(said, { selector: ({ key }) => key, maxLength: 10 }),
  dropping: fc.array(fc.nat(15), { maxLength: 4 }),
});
type Read = typeof read extends fc.Arbitrary<infer T> ? T : never;

function taskOf(feed: string, { key, created, ended, ...fields }: Said, aroundMs: number): Task {
  const source = feed.split('/')[1] ?? '';
  const at = (minute: number | null): string | null =>
    minute === null ? null : new Date(aroundMs + minute * MINUTE_MS).toISOString();
  const times = { createTime: at(created), endTime: at(ended) };
  return {
    ...(sample as Task),
    ...fields,
    ...times,
    id: `${source}.${key}`,
    provider: 'huawei-cce',
    source,
    feed,
  };
}

function afterRead(snapshot: Snapshot, { saying, dropping }: Read, aroundMs: number): Snapshot {
  const tasks = new Map(snapshot.rows.map(({ task }) => [task.id, task]));
  for (const each of saying) {
    const task = taskOf(snapshot.feed.name, each, aroundMs);
    tasks.set(task.id, task);
  }
  for (const key of dropping) tasks.delete(`${snapshot.feed.source}.${key}`);
  return nextSnapshot(snapshot, [...tasks.values()]);
}

const question = fc.record({
  filter: fc.oneof(
    fc.constant({}),
    fc.record(
      {
        source: fc.subarray(['a', 'b'], { minLength: 1 }),
        status: fc.constantFrom(['RUNNING' as const], ['FAILED' as const]),
        hasWarnings: fc.boolean(),
        resourceId: fc.constant('1'),
      },
      { requiredKeys: [] },
    ),
  ),
  groupBy: fc.shuffledSubarray([...GROUP_FIELDS], { maxLength: 3 }),
  unit: fc.option(fc.constantFrom(...BUCKET_UNITS)),
  by: fc.constantFrom('createTime' as const, 'endTime' as const),
  includeEmpty: fc.boolean(),
});
const plans = fc.record({
  zone: fc.constantFrom(...ZONES),
  rounds: fc.array(fc.tuple(fc.array(read, { maxLength: 3 }), question), { minLength: 1, maxLength: 6 }),
});

/** The tasks that match, newest first; that pages show the right ones is proven beside them. */
async function shownTasks(snapshots: readonly Snapshot[], { filter }: SummaryQuery): Promise<Task[]> {
  const selection = { filter, order: 'createTime desc', pageSize: 1000, page: null } as const;
  return (await new View().page(snapshots, selection, null)).rows.map(({ task }) => task);
}

/** What belongs to one group has the same text here. */
function identityOf(task: Task, field: GroupField): string {
  const { source, resource, cluster } = task;
  if (field === 'cluster') return JSON.stringify(cluster && [source, cluster.id]);
  if (field !== 'resource') return JSON.stringify(task[field]);
  return JSON.stringify(resource && [source, resource.type, resource.id, resource.id ?? resource.name]);
}

/** The value in a group's key: of a resource or cluster with the first name among all its tasks, newest first. */
function plainValue(task: Task, field: GroupField, all: readonly Task[]): SummaryGroup['key'][GroupField] {
  if (field !== 'resource' && field !== 'cluster') return task[field];
  const same = all.filter((each) => identityOf(each, field) === identityOf(task, field));
  const newest = same.map((each) => each[field]?.name ?? null).find((each) => each !== null) ?? null;
  if (field === 'cluster') return task.cluster && { id: task.cluster.id, name: newest };
  const { source, resource } = task;
  return resource && { source, type: resource.type, id: resource.id, name: newest };
}

const EMPTY = { count: 0, withWarnings: 0, firstMs: null, lastMs: null };
const NO_DURATIONS = { count: 0, median: null, p95: null };

function counted(tasks: readonly Task[], by: 'createTime' | 'endTime'): Omit<SummaryGroup, 'key' | 'bucket'> {
  const times = tasks.flatMap((task) => task[by] ?? []).sort();
  const durations = tasks.flatMap(({ durationSeconds }) => durationSeconds ?? []).sort((a, b) => a - b);
  const rank = (percent: number): number | null =>
    durations[Math.ceil((durations.length * percent) / 100) - 1] ?? null;
  const msOf = (time: string | undefined): number | null => (time === undefined ? null : Date.parse(time));
  return {
    count: tasks.length,
    withWarnings: tasks.filter(({ warnings }) => warnings.length > 0).length,
    firstMs: msOf(times[0]),
    lastMs: msOf(times.at(-1)),
    durations: { count: durations.length, median: rank(50), p95: rank(95) },
  };
}

/** The summary by the words of the contract, in no order. */
function plainSummary(
  tasks: readonly Task[],
  query: SummaryQuery,
  calendar: PlainCalendar | null,
): SummaryGroup[] {
  const { groupBy, bucketing, includeEmpty } = query;
  const by = bucketing?.by ?? 'createTime';
  const bucketOf = (task: Task): SummaryGroup['bucket'] =>
    calendar === null || task[by] === null ? null : calendar.bucketOf(Date.parse(task[by]));
  const keyOf = (task: Task): SummaryGroup['key'] =>
    Object.fromEntries(groupBy.map((field) => [field, plainValue(task, field, tasks)]));
  const cells = Map.groupBy(tasks, (task) =>
    JSON.stringify([bucketOf(task), ...groupBy.map((field) => identityOf(task, field))]),
  );
  const groups = [...cells.values()].map((some) => {
    const [task] = some as [Task, ...Task[]];
    return { key: keyOf(task), bucket: bucketOf(task), ...counted(some, by) };
  });
  if (groups.length === 0 && groupBy.length === 0) groups.push({ key: {}, bucket: null, ...counted([], by) });
  const times = tasks.flatMap((task) => task[by] ?? []).sort();
  if (!includeEmpty || calendar === null || times.length === 0) return groups;
  const ofKey = [
    ...Map.groupBy(tasks, (task) => JSON.stringify(groupBy.map((field) => identityOf(task, field)))).values(),
  ];
  const empty = ofKey.flatMap(([task, ...rest]) => {
    const held = new Set([task!, ...rest].map((each) => bucketOf(each)?.startMs));
    return calendar
      .between(Date.parse(times[0]!), Date.parse(times.at(-1)!))
      .filter(({ startMs }) => !held.has(startMs))
      .map((bucket) => ({ key: keyOf(task!), bucket, ...EMPTY, durations: NO_DURATIONS }));
  });
  return [...groups, ...empty];
}

/** The texts by which groups are sorted: null as a text that comes last. */
function sortTexts({ key, bucket }: SummaryGroup, groupBy: readonly GroupField[]): string[] {
  const start = bucket === null ? LAST : String(bucket.startMs).padStart(20, '0');
  const texts = groupBy.flatMap((field): (string | null)[] => {
    const value = key[field] ?? null;
    return typeof value === 'object' && value !== null ? (Object.values(value) as string[]) : [value];
  });
  return [start, ...texts.map((text) => text ?? LAST)];
}
const LAST = '\u{10ffff}';

function isSorted(groups: readonly SummaryGroup[], groupBy: readonly GroupField[]): boolean {
  const texts = groups.map((group) => sortTexts(group, groupBy));
  return texts.every((b, index) => {
    const a = texts[index - 1] ?? b;
    const at = a.findIndex((text, place) => text !== b[place]);
    return at < 0 || a[at]! < (b[at] ?? '');
  });
}

const sortedTexts = (groups: Summary['groups']): string[] =>
  (groups ?? []).map((each) => JSON.stringify(each)).sort();

describe('a summary', () => {
  it('counts what a plain recount counts, whatever changes between the questions', async () => {
    const calendars = new Map<string, PlainCalendar>();
    await fc.assert(
      fc.asyncProperty(plans, async ({ zone, rounds }) => {
        const view = new View();
        const snapshots = FEEDS.map((feed) => snapshotOf(feed, []));
        for (const [reads, { unit, by, ...asked }] of rounds) {
          for (const each of reads)
            snapshots[each.feed] = afterRead(snapshots[each.feed]!, each, zone.aroundMs);
          const bucketing = unit && { unit, by, timeZone: zone.timeZone };
          const query: SummaryQuery = { ...asked, bucketing };
          const name = `${unit} ${zone.timeZone} ${zone.aroundMs}`;
          if (unit !== null && !calendars.has(name)) calendars.set(name, new PlainCalendar(unit, zone));
          const tasks = await shownTasks(snapshots, query);
          const summary = await view.summary(snapshots.toReversed(), query);
          const expected = plainSummary(tasks, query, calendars.get(name) ?? null);
          expect(sortedTexts(summary.groups)).toEqual(sortedTexts(expected));
          expect(summary).toMatchObject({ totalSize: tasks.length, groupCount: expected.length });
          expect(isSorted(summary.groups ?? [], query.groupBy)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('visits no row of a feed that did not change', async () => {
    const view = new View();
    let looks = 0;
    const rows = [0, 1, 2].map((key) => ({
      raw: {},
      get task(): Task {
        looks += 1;
        return taskOf('sources/a/feeds/1', { ...NOTHING_SAID, key }, 0);
      },
    }));
    const still = snapshotOf('sources/a/feeds/1', rows);
    let moving = snapshotOf('sources/b/feeds/1', []);
    const query = queryOf({ groupBy: ['status', 'resource'], bucketing: DAYS });
    await view.summary([still, moving], query);
    const before = looks;
    for (let key = 0; key < 5; key += 1) {
      moving = nextSnapshot(moving, [taskOf('sources/b/feeds/1', { ...NOTHING_SAID, key }, 0)]);
      expect((await view.summary([still, moving], query)).totalSize).toBe(4);
    }
    expect(looks).toBe(before);
  });

  it('keeps clusters of different sources apart, even if their ids agree', async () => {
    const cluster = { id: '1', name: 'obcluster' };
    const summary = await summarise([{ ...NOTHING_SAID, cluster }], { groupBy: ['cluster'] }, [
      'sources/a/feeds/1',
      'sources/b/feeds/1',
    ]);
    expect(summary.groups?.map(({ key, count }) => [key.cluster, count])).toEqual([
      [cluster, 1],
      [cluster, 1],
    ]);
  });

  it('names a resource alike in all its buckets, as its newest task with a name does', async () => {
    const named = (name: string | null, created: number, key: number): Said => ({
      ...NOTHING_SAID,
      key,
      created,
      resource: { type: 'vm', id: '1', name },
    });
    const all = [named('first', 0, 1), named('second', 2 * 24 * 60, 2), named(null, 4 * 24 * 60, 3)];
    const { groups } = await summarise(all, { groupBy: ['resource'], bucketing: DAYS });
    expect(groups?.map(({ key }) => key.resource)).toEqual(
      Array(3).fill({ source: 'a', type: 'vm', id: '1', name: 'second' }),
    );
  });

  it('has no group without tasks, but one where nothing is grouped by', async () => {
    for (const bucketing of [null, DAYS]) {
      expect((await summarise([], { groupBy: ['status'], bucketing })).groups).toEqual([]);
      expect((await summarise([], { groupBy: [], bucketing })).groups).toEqual([
        { key: {}, bucket: null, ...EMPTY, durations: NO_DURATIONS },
      ]);
    }
  });

  it('gives the number of groups instead of groups where there are more than 10,000', async () => {
    const days = (count: number): Said[] =>
      Array.from({ length: count }, (_, key) => ({ ...NOTHING_SAID, key, created: key * 24 * 60 }));
    const most = await summarise(days(10_000), { bucketing: DAYS });
    expect(most.groups).toHaveLength(10_000);
    expect(await summarise(days(10_001), { bucketing: DAYS })).toEqual({
      totalSize: 10_001,
      groupCount: 10_001,
      groups: null,
    });
  });

  it('counts empty groups for that, from the first to the last', async () => {
    const at = (day: number, status: Task['status']): Said => ({
      ...NOTHING_SAID,
      key: day,
      created: day * 24 * 60,
      status: status as 'FAILED',
    });
    const asked = { groupBy: ['status' as const], bucketing: DAYS, includeEmpty: true };
    const enough = await summarise([at(0, 'FAILED'), at(4_999, 'RUNNING')], asked);
    expect(enough.groups).toHaveLength(10_000);
    expect(enough.groups?.filter(({ count }) => count > 0)).toHaveLength(2);
    expect(await summarise([at(0, 'FAILED'), at(5_000, 'RUNNING')], asked)).toMatchObject({
      groupCount: 10_002,
      groups: null,
    });
    const far = [at(0, 'FAILED'), at(-719_528, 'FAILED'), at(2_932_896, 'FAILED')];
    const hours = { ...DAYS, unit: 'hour' as const };
    const count = (719_528 + 2_932_896) * 24 + 1;
    expect(await summarise(far, { ...asked, bucketing: hours })).toEqual({
      totalSize: 3,
      groupCount: count,
      groups: null,
    });
  });
});

const DAYS = { unit: 'day', by: 'createTime', timeZone: 'UTC' } as const;

const NOTHING_SAID: Said = {
  ...{ key: 0, created: 0, ended: null, status: 'RUNNING', type: 'BACKUP', trigger: null },
  ...{ durationSeconds: null, warnings: [], resource: null, cluster: null },
};

function queryOf(asked: Partial<SummaryQuery>): SummaryQuery {
  return { filter: {}, groupBy: [], bucketing: null, includeEmpty: false, ...asked };
}

/** Each feed says the same. */
function summarise(
  all: readonly Said[],
  asked: Partial<SummaryQuery>,
  feeds = ['sources/a/feeds/1'],
): Promise<Summary> {
  const snapshots = feeds.map((feed) =>
    snapshotOf(
      feed,
      all.map((each) => ({ task: taskOf(feed, each, 0), raw: {} })),
    ),
  );
  return new View().summary(snapshots, queryOf(asked));
}
