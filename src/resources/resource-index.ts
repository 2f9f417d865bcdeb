import type { ConfiguredResource } from '@/model/expectation.js';
import type { ListedResource } from '@/model/listed-resource.js';
import type { RemovalReader } from '@/model/provider.js';
import { resourceIdOf } from '@/model/task-id.js';
import type { TaskRow } from '@/model/task.js';
import { compareRows } from '@/model/change.js';
import { runCooperatively, visitInSteps, yieldToEventLoop } from '@/scheduling/cooperative.js';
import { groupKey, type FeedTasks } from './feed-tasks.js';
import { MemoizedResource } from './memoized-resource.js';
import { Removals } from './removals.js';
import type { Resource } from './resource.js';

/** The resources of one source, and what ended their protection. */
export interface SourceResources {
  readonly resources: readonly MemoizedResource[];
  readonly removals: Removals;
}

/** What is known of one source. */
export interface SourceInput {
  readonly source: Pick<Resource, 'source' | 'provider' | 'region' | 'projectId'>;
  /** Of each feed, in the order of their names. */
  readonly tasks: readonly FeedTasks[];
  /** What the upstream lists. */
  readonly listed: readonly ListedResource[];
  readonly configured: readonly ConfiguredResource[];
  readonly reader: RemovalReader;
}

/** What tells of one resource. */
interface ResourceParts {
  readonly tasks: (readonly TaskRow[])[];
  listed: ListedResource | null;
  configured: ConfiguredResource | null;
}

interface IndexedResource {
  /** Its index in the list. */
  readonly at: number;
  readonly parts: ResourceParts;
}

/** The resources of one source, with what they were made of. */
interface Indexed {
  readonly input: SourceInput;
  readonly resources: readonly MemoizedResource[];
  /** By `groupKey`. */
  readonly byKey: ReadonlyMap<string, IndexedResource>;
  readonly removals: Removals;
}

/**
 * Joins what feeds, lists of clusters and the configuration tell of the resources of one source. A resource of which nothing
 * changed stays the same object, with what was worked out of it.
 */
export class ResourceIndex {
  #known: { readonly input: SourceInput; readonly indexed: Promise<Indexed> } | null = null;

  /** Made once for all who ask with the same. */
  of(input: SourceInput): Promise<SourceResources> {
    const known = this.#known;
    if (known !== null && isSame(partsIn(known.input), partsIn(input))) return known.indexed;
    const before = known?.indexed.catch(() => null) ?? Promise.resolve(null);
    const indexed = before.then((each) => indexAfter(each, input));
    const now = { input, indexed };
    this.#known = now;
    indexed.catch(() => {
      if (this.#known === now) this.#known = null;
    });
    return indexed;
  }
}

function partsIn({ tasks, listed, configured }: SourceInput): readonly object[] {
  return [...tasks, listed, configured];
}

async function indexAfter(before: Indexed | null, input: SourceInput): Promise<Indexed> {
  if (before === null) return indexAnew(null, input);
  const { listed, configured, tasks } = before.input;
  const isComparable =
    listed === input.listed && configured === input.configured && tasks.length === input.tasks.length;
  return isComparable ? indexTouched(before, input) : indexAnew(before, input);
}

/** Looks at every resource. */
async function indexAnew(before: Indexed | null, input: SourceInput): Promise<Indexed> {
  const byKey = new Map<string, IndexedResource>();
  const resources: MemoizedResource[] = [];
  const index = ([key, parts]: [string, ResourceParts]): void => {
    byKey.set(key, { at: resources.length, parts });
    const old = before?.byKey.get(key);
    const memoized =
      old !== undefined && hasSameParts(old.parts, parts) ? before?.resources[old.at] : undefined;
    resources.push(memoized ?? new MemoizedResource(makeResource(key, parts, input.source)));
  };
  await runCooperatively(visitInSteps(await partsByKey(input), index));
  return { input, resources, byKey, removals: new Removals(input.tasks, input.reader) };
}

/** Looks at the resources alone whose tasks have changed. One that is gone moves others in the list: then at every resource. */
async function indexTouched(before: Indexed, input: SourceInput): Promise<Indexed> {
  const keys = input.tasks.flatMap((now, feed) => touchedKeys(before.input.tasks[feed] ?? now, now));
  const byKey = new Map(before.byKey);
  const resources = [...before.resources];
  for (const key of new Set(keys)) {
    const old = byKey.get(key);
    const { listed, configured } = old?.parts ?? NEITHER;
    const tasks = input.tasks.flatMap(({ byResource }) => {
      const rows = byResource.get(key);
      return rows === undefined ? [] : [rows];
    });
    if (tasks.length === 0 && listed === null && configured === null) return indexAnew(before, input);
    const parts = { tasks, listed, configured };
    const at = old?.at ?? resources.length;
    resources[at] = new MemoizedResource(makeResource(key, parts, input.source));
    byKey.set(key, { at, parts });
    await yieldToEventLoop();
  }
  return { input, resources, byKey, removals: removalsAfter(before, input) };
}

const NEITHER = { listed: null, configured: null };

/** The resources whose tasks in a feed have changed. */
function touchedKeys(before: FeedTasks, now: FeedTasks): readonly string[] {
  if (before === now) return [];
  if (now.change?.since === before.byResource) return now.change.keys;
  const keys = new Set([...before.byResource.keys(), ...now.byResource.keys()]);
  return [...keys].filter((key) => before.byResource.get(key) !== now.byResource.get(key));
}

/** The same object while no removal was logged since. */
function removalsAfter(before: Indexed, input: SourceInput): Removals {
  const isKnown = input.tasks.every(({ removals }, feed) => removals === before.input.tasks[feed]?.removals);
  return isKnown ? before.removals : new Removals(input.tasks, input.reader);
}

function hasSameParts(before: ResourceParts, now: ResourceParts): boolean {
  return (
    before.listed === now.listed && before.configured === now.configured && isSame(before.tasks, now.tasks)
  );
}

async function partsByKey({
  tasks,
  listed,
  configured,
}: SourceInput): Promise<ReadonlyMap<string, ResourceParts>> {
  const byKey = new Map<string, ResourceParts>();
  const partsFor = (key: string): ResourceParts => {
    let parts = byKey.get(key);
    if (parts === undefined) byKey.set(key, (parts = { tasks: [], ...NEITHER }));
    return parts;
  };
  for (const { byResource } of tasks) {
    const see = ([key, rows]: [string, readonly TaskRow[]]): void => {
      partsFor(key).tasks.push(rows);
    };
    await runCooperatively(visitInSteps(byResource, see));
  }
  for (const resource of listed) {
    const key = groupKey({ resource });
    if (key !== null) partsFor(key).listed ??= resource;
  }
  for (const resource of configured) {
    const key = groupKey({ resource });
    if (key !== null) partsFor(key).configured ??= resource;
  }
  return byKey;
}

function idOf(key: string, source: string): string {
  const end = key.indexOf('\n');
  return resourceIdOf(source, key.slice(0, end), key.slice(end + 1));
}

/**
 * The newest task says what a resource is called now; a list where there is no task; the configuration where nobody has seen
 * it.
 */
function makeResource(key: string, parts: ResourceParts, source: SourceInput['source']): Resource {
  const { tasks, listed, configured } = parts;
  const [only = [], ...more] = tasks;
  const rows = more.length === 0 ? only : eachOnce(tasks.flat());
  const newest = rows[0]?.task ?? null;
  const told = listed ?? configured ?? NO_IDENTITY;
  const { type, id: resourceId } = newest?.resource ?? told;
  return {
    id: idOf(key, source.source),
    ...source,
    ...locationOf(newest ?? listed, source),
    ...{ type, resourceId },
    name: nameIn(rows, told.name),
    rows,
  };
}

const NO_IDENTITY = { type: null, id: null, name: null };

function locationOf(
  seen: Pick<Resource, 'cluster' | 'region' | 'projectId'> | null,
  source: SourceInput['source'],
): Pick<Resource, 'cluster' | 'region' | 'projectId'> {
  if (seen === null) return { cluster: null, region: source.region, projectId: source.projectId };
  const { cluster, region, projectId } = seen;
  return { cluster, region: region ?? source.region, projectId: projectId ?? source.projectId };
}

/** The newest that a task tells, else the other one. */
function nameIn(rows: readonly TaskRow[], other: string | null): string | null {
  for (const { task } of rows) {
    const name = task.resource?.name ?? null;
    if (name !== null) return name;
  }
  return other;
}

/** In `USUAL_ORDER`. Several feeds of a source may have one and the same task. */
function eachOnce(rows: readonly TaskRow[]): readonly TaskRow[] {
  return [...new Map(rows.map((row) => [row.task.id, row])).values()].sort(compareRows);
}

function isSame(before: readonly object[], now: readonly object[]): boolean {
  return before.length === now.length && before.every((each, index) => each === now[index]);
}
