import type { ConfiguredResource } from '@/model/expectation.js';
import type { ListedResource } from '@/model/listed-resource.js';
import { resourceIdOf } from '@/model/task-id.js';
import type { TaskRow } from '@/model/task.js';
import { compareRows } from '@/model/change.js';
import { runCooperatively, visitInSteps } from '@/scheduling/cooperative.js';
import { groupKey, type FeedTasks } from './feed-tasks.js';
import { Removals, type NamedResources } from './removals.js';
import type { Resource } from './resource.js';

/** The resources of one source, by id, and what ended their protection. */
export interface SourceResources {
  readonly resources: ReadonlyMap<string, Resource>;
  readonly removals: Removals;
}

/** What is known of one source. */
export interface SourceKnowledge {
  readonly source: Pick<Resource, 'source' | 'provider' | 'region' | 'projectId'>;
  /** By the name of the feed, sorted. */
  readonly tasks: ReadonlyMap<string, FeedTasks>;
  readonly listed: readonly (readonly ListedResource[])[];
  readonly configured: readonly ConfiguredResource[];
  readonly removedResources: NamedResources;
}

/** What tells of one resource. */
interface Sighting {
  readonly feeds: string[];
  readonly tasks: (readonly TaskRow[])[];
  listed: ListedResource | null;
  configured: ConfiguredResource | null;
}

interface Indexed {
  readonly inputs: readonly object[];
  readonly result: Promise<SourceResources>;
}

/** Joins what feeds, inventories and the configuration tell of resources. A resource of which nothing changed stays the same object. */
export class ResourceIndex {
  readonly #known = new Map<string, Indexed>();
  readonly #sightings = new WeakMap<Resource, Sighting>();

  /** The resources of one source; made once for all who ask with the same. */
  of(knowledge: SourceKnowledge): Promise<SourceResources> {
    const { source } = knowledge.source;
    const inputs = [...knowledge.tasks.values(), ...knowledge.listed, knowledge.configured];
    const known = this.#known.get(source);
    if (known !== undefined && isSame(known.inputs, inputs)) return known.result;
    const result = this.#index(knowledge, known?.result ?? null);
    this.#known.set(source, { inputs, result });
    result.catch(() => this.#known.delete(source));
    return result;
  }

  async #index(knowledge: SourceKnowledge, known: Promise<SourceResources> | null): Promise<SourceResources> {
    const before = (await known?.catch(() => null)) ?? null;
    const resources = new Map<string, Resource>();
    const sightings = await sightingsIn(knowledge);
    const index = ([key, sighting]: [string, Sighting]): void => {
      const id = idOf(key, knowledge.source.source);
      const old = before?.resources.get(id);
      const isUnchanged = old !== undefined && this.#isSeenSo(old, sighting);
      const resource = isUnchanged ? old : makeResource(id, sighting, knowledge.source);
      this.#sightings.set(resource, sighting);
      resources.set(id, resource);
    };
    await runCooperatively(visitInSteps(sightings, index));
    return { resources, removals: new Removals([...knowledge.tasks.values()], knowledge.removedResources) };
  }

  #isSeenSo(resource: Resource, { tasks, listed, configured }: Sighting): boolean {
    const before = this.#sightings.get(resource);
    return before?.listed === listed && before.configured === configured && isSame(before.tasks, tasks);
  }
}

async function sightingsIn({
  tasks,
  listed,
  configured,
}: SourceKnowledge): Promise<ReadonlyMap<string, Sighting>> {
  const sightings = new Map<string, Sighting>();
  const sightingOf = (key: string): Sighting => {
    const known = sightings.get(key) ?? { feeds: [], tasks: [], listed: null, configured: null };
    sightings.set(key, known);
    return known;
  };
  for (const [feed, { byResource }] of tasks) {
    const see = ([key, rows]: [string, readonly TaskRow[]]): void => {
      const sighting = sightingOf(key);
      sighting.feeds.push(feed);
      sighting.tasks.push(rows);
    };
    await runCooperatively(visitInSteps(byResource, see));
  }
  for (const resource of listed.flat()) {
    const key = groupKey({ resource });
    if (key !== null) sightingOf(key).listed ??= resource;
  }
  for (const resource of configured) {
    const key = groupKey({ resource });
    if (key !== null) sightingOf(key).configured ??= resource;
  }
  return sightings;
}

function idOf(key: string, source: string): string {
  const end = key.indexOf('\n');
  return resourceIdOf(source, key.slice(0, end), key.slice(end + 1));
}

/**
 * The newest task says what a resource is called now; a list where there is no task; the configuration where nobody has seen
 * it.
 */
function makeResource(id: string, sighting: Sighting, source: SourceKnowledge['source']): Resource {
  const { feeds, tasks, listed, configured } = sighting;
  const [only = [], ...more] = tasks;
  const rows = more.length === 0 ? only : eachOnce(tasks.flat());
  const newest = rows[0]?.task ?? null;
  const told = listed ?? configured ?? NOBODY;
  const { type, id: resourceId } = newest?.resource ?? told;
  return {
    id,
    ...source,
    ...placeOf(newest ?? listed, source),
    ...{ type, resourceId },
    name: nameIn(rows, told.name),
    rows,
    feeds: new Set(feeds),
  };
}

const NOBODY = { type: null, id: null, name: null };

function placeOf(
  seen: Pick<Resource, 'cluster' | 'region' | 'projectId'> | null,
  source: SourceKnowledge['source'],
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
