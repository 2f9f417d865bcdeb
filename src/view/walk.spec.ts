import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { OrderPosition, TaskOrder } from '@/model/order.js';
import { TASK_ORDERS } from '@/model/order.js';
import type { TaskFilter } from '@/model/query.js';
import type { Snapshot } from '@/model/snapshot.js';
import type { Task } from '@/model/task.js';
import { nextSnapshot, snapshotOf } from '../../test/support/snapshots.js';
import sample from './fixtures/task.json' with { type: 'json' };
import type { Page } from './merge.js';
import type { WalkQuery } from './page-token.js';
import { PageTokens } from './page-token.js';
import { View } from './view.js';

/**
 * Walks through a world that changes between the pages, checked against a model that knows nothing of
 * snapshots, positions or tokens: a plain list, filtered and sorted by the words of the contract.
 */

const MOMENTS = Array.from({ length: 6 }, (_, day) => new Date(Date.UTC(2024, 0, 28 + day)).toISOString());
const STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'UNKNOWN'] as const;
const FEEDS = ['sources/css/feeds/1', 'sources/css/feeds/2', 'sources/cbr/feeds/operation-logs'];

const moment = fc.option(fc.constantFrom(...MOMENTS), { freq: 5 });
const status = fc.constantFrom(...STATUSES);
const change = fc.record({ status, endTime: moment, updateTime: moment });

const task: fc.Arbitrary<Task> = fc
  .record({
    key: fc.integer({ min: 0, max: 150 }),
    place: fc.constantFrom(...FEEDS),
    changing: change,
    type: fc.constantFrom('BACKUP' as const, 'LOG_BACKUP' as const),
    trigger: fc.option(fc.constantFrom('MANUAL' as const, 'SCHEDULED' as const)),
    warnings: fc.constantFrom([], [{ code: null, message: 'm' }]),
    name: fc.option(fc.constantFrom('Orders-DB', 'orders archive', 'shop')),
  })
  .map(({ key, place, changing, name, type, trigger, warnings }) => {
    const source = place.split('/')[1] ?? '';
    return {
      ...(sample as Task),
      // One task, one createTime: a task that vanished may come back.
      ...{ createTime: MOMENTS[key % 7] ?? null, type, trigger, warnings, ...changing },
      ...{ id: `${source}.${place.length}-${place.slice(-1)}-${key}`, source, feed: place },
      provider: `huawei-${source}`,
      resource: name === null ? null : { type: 'server', id: name, name },
      cluster: source === 'css' ? { id: place.slice(-1), name: null } : null,
    };
  });
const tasks = fc.uniqueArray(task, { selector: ({ id }) => id, maxLength: 60, size: 'max' });

const filter: fc.Arbitrary<TaskFilter> = fc.record(
  {
    provider: fc.subarray(['huawei-css', 'huawei-cbr'], { minLength: 1 }),
    source: fc.subarray(['css', 'cbr'], { minLength: 1 }),
    status: fc.subarray([...STATUSES], { minLength: 2 }),
    type: fc.subarray(['BACKUP' as const, 'LOG_BACKUP' as const], { minLength: 1 }),
    trigger: fc.constantFrom('MANUAL' as const, 'SCHEDULED' as const),
    hasWarnings: fc.boolean(),
    resourceId: fc.constantFrom('shop', 'Orders-DB'),
    clusterId: fc.constantFrom('1', '2'),
    resourceName: fc.constantFrom('ORDERS', 'o', 'db'),
    createdAfter: fc.constantFrom(...MOMENTS),
    createdBefore: fc.constantFrom(...MOMENTS),
    endedAfter: fc.constantFrom(...MOMENTS),
    endedBefore: fc.constantFrom(...MOMENTS),
  },
  { requiredKeys: [] },
);
/** At most three restrictions, else hardly anything matches. */
const mildFilter = fc.tuple(filter, fc.infiniteStream(fc.nat(12))).map(([full, stream]) => {
  const picks = new Set(stream.take(3));
  return Object.fromEntries(Object.entries(full).filter((_, index) => picks.has(index)));
});

/** What happens before a page is asked for, and how large the page may be. */
const step = fc.record({
  pageSize: fc.oneof(
    { arbitrary: fc.integer({ min: 1, max: 6 }), weight: 4 },
    fc.integer({ min: 1, max: 1000 }),
  ),
  arriving: fc.array(task, { maxLength: 4 }),
  changing: fc.array(fc.tuple(fc.nat(), change), { maxLength: 4 }),
  vanishing: fc.array(fc.nat(), { maxLength: 2 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const steps = fc.array(step, { minLength: 1, maxLength: 12, size: 'max' });
interface Plan {
  readonly tasks: readonly Task[];
  readonly filter: TaskFilter;
  readonly order: TaskOrder;
  readonly steps: readonly Step[];
}

function planOf(...orders: readonly TaskOrder[]): fc.Arbitrary<Plan> {
  return fc.record({ tasks, filter: mildFilter, order: fc.constantFrom(...orders), steps });
}

type World = Map<string, Task>;

function live(world: World, { arriving, changing, vanishing }: Step): void {
  const nth = (place: number): string => [...world.keys()][place % Math.max(1, world.size)] ?? '';
  for (const one of arriving) if (!world.has(one.id)) world.set(one.id, one);
  for (const [place, changes] of changing) {
    const old = world.get(nth(place));
    if (old !== undefined) world.set(old.id, { ...old, ...changes });
  }
  for (const place of vanishing) world.delete(nth(place));
}

/** The next snapshots of all feeds; those of feeds that did not change keep their rows. */
function snapshotsOf(world: World, before: readonly Snapshot[]): Snapshot[] {
  return FEEDS.map((name, index) => {
    const first = snapshotOf(name, [], `huawei-${name.split('/')[1] ?? ''}`);
    const tasks = [...world.values()].filter(({ feed }) => feed === name);
    return nextSnapshot(before[index] ?? first, tasks);
  });
}

type Times = 'createTime' | 'updateTime' | 'endTime';

function naiveSort(tasks: readonly Task[], wanted: TaskOrder): Task[] {
  const [field, direction] = wanted.split(' ') as [Times, string];
  const later = (a: Task, b: Task): number => Date.parse(a[field] ?? '') - Date.parse(b[field] ?? '');
  const byId = tasks.toSorted((a, b) => (a.id > b.id ? 1 : -1));
  const timed = byId.filter((one) => one[field] !== null);
  const untimed = byId.filter((one) => one[field] === null);
  return [...timed.sort((a, b) => (direction === 'asc' ? later(a, b) : later(b, a))), ...untimed];
}

function naiveMatches(task: Task, wanted: TaskFilter): boolean {
  const among = (values: readonly string[] | undefined, value: string): boolean =>
    values === undefined || values.includes(value);
  const within = (time: string | null, after?: string, before?: string): boolean =>
    (after === undefined || (time !== null && Date.parse(time) >= Date.parse(after))) &&
    (before === undefined || (time !== null && Date.parse(time) < Date.parse(before)));
  const { resource, cluster } = task;
  return [
    among(wanted.provider, task.provider),
    among(wanted.source, task.source),
    among(wanted.status, task.status),
    among(wanted.type, task.type),
    wanted.trigger === undefined || task.trigger === wanted.trigger,
    wanted.hasWarnings === undefined || task.warnings.length > 0 === wanted.hasWarnings,
    wanted.resourceId === undefined || resource?.id === wanted.resourceId,
    wanted.clusterId === undefined || cluster?.id === wanted.clusterId,
    wanted.resourceName === undefined || new RegExp(wanted.resourceName, 'i').test(resource?.name ?? ''),
    within(task.createTime, wanted.createdAfter, wanted.createdBefore),
    within(task.endTime, wanted.endedAfter, wanted.endedBefore),
  ].every(Boolean);
}

function naiveList(world: World, { filter, order }: Plan): Task[] {
  return naiveSort(
    [...world.values()].filter((one) => naiveMatches(one, filter)),
    order,
  );
}

interface Visit {
  readonly page: Page;
  /** The matching tasks, in order, at the moment of the page. */
  readonly list: readonly Task[];
}

/** Walks to the end, each page by a token that was issued and read; after the last step nothing changes any more. */
async function walk(plan: Plan): Promise<Visit[]> {
  const { filter, order, steps } = plan;
  const world = asWorld(plan.tasks);
  const view = new View();
  const visits: Visit[] = [];
  let snapshots = snapshotsOf(world, []);
  let after: OrderPosition | null = null;
  while (visits.length < 1000) {
    const step = steps[visits.length];
    if (step !== undefined) {
      live(world, step);
      snapshots = snapshotsOf(world, snapshots);
    }
    const page: Page = await view.page(
      snapshots,
      { filter, order, pageSize: step?.pageSize ?? 3, page: null },
      after,
    );
    visits.push({ page, list: naiveList(world, plan) });
    if (page.nextPosition === null) return visits;
    after = throughToken(page.nextPosition, { filter, order, includeRaw: false, visible: 'all' });
  }
  throw new Error('the walk does not end');
}

function throughToken(position: OrderPosition, query: WalkQuery): OrderPosition {
  const tokens = new PageTokens({ own: 'key', shared: null });
  const read = tokens.read(tokens.issue(query, { position, missing: [] }), { query, knownFeeds: [] });
  if (typeof read === 'string') throw new Error(read);
  return read.position;
}

function idsSeen(visits: readonly Visit[]): string[] {
  return visits.flatMap(({ page }) => page.rows.map(({ task }) => task.id));
}

/** The ids of the tasks that match at every page and, in this order, stay where they are. */
function steadyIds(visits: readonly Visit[], order: TaskOrder): string[] {
  const field = order.split(' ')[0] as Times;
  const placesOf = ({ list }: Visit): Set<string> =>
    new Set(list.map((one) => JSON.stringify([one.id, one[field]])));
  const [first = new Set<string>(), ...others] = visits.map(placesOf);
  const steady = [...first].filter((place) => others.every((places) => places.has(place)));
  return steady.map((place) => (JSON.parse(place) as [string])[0]);
}

function countOf(ids: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

function asWorld(tasks: readonly Task[]): World {
  return new Map(tasks.map((one) => [one.id, one]));
}

describe('a walk by page tokens', () => {
  it('joins to the whole list while nothing changes, whatever the page sizes', async () => {
    await fc.assert(
      fc.asyncProperty(planOf(...TASK_ORDERS), async (plan) => {
        const quiet = plan.steps.map(({ pageSize }) => ({
          pageSize,
          arriving: [],
          changing: [],
          vanishing: [],
        }));
        const visits = await walk({ ...plan, steps: quiet });
        const expected = naiveList(asWorld(plan.tasks), plan).map(({ id }) => id);
        expect(idsSeen(visits)).toEqual(expected);
        expect(visits.every(({ page }) => page.totalSize === expected.length)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('returns every task that matches throughout exactly once while tasks are added, changed and removed', async () => {
    await fc.assert(
      fc.asyncProperty(planOf(...TASK_ORDERS), async (plan) => {
        const visits = await walk(plan);
        const counts = countOf(idsSeen(visits));
        expect(steadyIds(visits, plan.order).filter((id) => counts.get(id) !== 1)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('returns no task twice in an order by createTime, whatever happens to it', async () => {
    await fc.assert(
      fc.asyncProperty(planOf('createTime desc', 'createTime asc'), async (plan) => {
        const ids = idsSeen(await walk(plan));
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 300 },
    );
  });

  it('returns on each page only tasks that match at that moment, in order, and their number', async () => {
    await fc.assert(
      fc.asyncProperty(planOf(...TASK_ORDERS), async (plan) => {
        for (const { page, list } of await walk(plan)) {
          const ids = page.rows.map(({ task }) => task.id);
          const start = list.findIndex(({ id }) => id === ids[0]);
          expect(page.totalSize).toBe(list.length);
          expect(ids).toEqual(list.slice(start, start + ids.length).map(({ id }) => id));
          if (page.nextPosition === null && ids.length > 0) expect(ids.at(-1)).toBe(list.at(-1)?.id);
        }
      }),
      { numRuns: 300 },
    );
  });
});
