import { TASK_STATUSES, TASK_TRIGGERS, TASK_TYPES } from '@/model/task.js';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import { ask, type Answer } from '../../support/http.js';
import { askAll, type SentTask } from '../../support/tasks.js';
import type { SourceId } from './sources.js';

/** Shorter texts are words such as `db`. */
const SHORTEST_NAME = 6;

/** In the document and in the catalogue of providers, whatever sources there are. */
const USUAL_WORDS: ReadonlySet<string> = new Set([
  ...[...TASK_STATUSES, ...TASK_TYPES, ...TASK_TRIGGERS],
  // A source that cannot be read shows its configured clusters, though it has no tasks.
  ...['css-cluster', 'cce-cluster', 'oceanbase-cluster', 'oceanbase-tenant'],
  ...PROVIDER_SETTINGS.map(({ id }) => id),
]);

interface SentSource {
  readonly id: SourceId;
  readonly region: string | null;
  readonly projectId: string | null;
  readonly feeds: readonly { readonly name: string }[];
}

/** The texts by which one can tell that a source is there, and the sources that have each. */
export class ForeignNames {
  /** Found wherever they stand. */
  readonly #distinctive: ReadonlyMap<string, ReadonlySet<SourceId>>;
  /** Found as a whole value only. */
  readonly #values: ReadonlyMap<string, ReadonlySet<SourceId>>;

  private constructor(
    sources: readonly SentSource[],
    readonly tasks: readonly SentTask[],
  ) {
    this.#distinctive = holders(sources.flatMap(({ id, feeds }) => placesOf(id, feeds)));
    const ofSources = sources.flatMap(({ id, region, projectId }) =>
      [region, projectId].flatMap((text): [string, SourceId][] => (text === null ? [] : [[text, id]])),
    );
    const ofTasks = tasks.flatMap((task) =>
      textsIn(task).map((text): [string, SourceId] => [text, task.source as SourceId]),
    );
    this.#values = holders([...ofSources, ...ofTasks]);
  }

  /** Of everything that a gateway with all sources shows. */
  static async of(url: string): Promise<ForeignNames> {
    const { body } = await ask(`${url}/v1/sources`);
    const { sources } = body as { readonly sources: readonly SentSource[] };
    return new ForeignNames(sources, await askAll(url, { include: 'raw' }));
  }

  /** Names in an answer that only sources have which are not visible, and that the request did not have. */
  in({ text, headers, body }: Answer, visible: readonly SourceId[], asked: string): string[] {
    const isForeign = (sources: ReadonlySet<SourceId>): boolean => visible.every((id) => !sources.has(id));
    const sent = `${text}\n${[...headers.values()].join('\n')}`;
    const places = [...this.#distinctive].filter(([name, of]) => isForeign(of) && sent.includes(name));
    const values = textsIn(body).filter((value) => {
      const of = this.#values.get(value);
      return of !== undefined && !USUAL_WORDS.has(value) && isForeign(of);
    });
    return [...places.map(([name]) => name), ...values].filter((name) => !asked.includes(name));
  }
}

/** `all` is a usual word: on its own it says nothing. */
function placesOf(id: SourceId, feeds: SentSource['feeds']): [string, SourceId][] {
  const names = feeds.flatMap(({ name }) => [name, name.slice(name.lastIndexOf('/') + 1)]);
  const own = id === 'all' ? [`sources/${id}/`, `"${id}"`, `${id}.`] : [id];
  return [...own, ...names].filter((name) => name !== '-').map((name) => [name, id]);
}

function holders(pairs: readonly (readonly [string, SourceId])[]): Map<string, Set<SourceId>> {
  const found = new Map<string, Set<SourceId>>();
  for (const [name, source] of pairs) found.set(name, (found.get(name) ?? new Set()).add(source));
  return found;
}

/** All texts in a JSON value that are long enough to be a name. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.length < SHORTEST_NAME ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
