import { ask, type Answer } from './http.js';

/** A task as it is sent, with what the specs look at. */
export interface SentTask {
  readonly id: string;
  readonly provider: string;
  readonly source: string;
  readonly feed: string;
  readonly nativeId: string | null;
  readonly type: string;
  readonly trigger: string | null;
  readonly status: string;
  readonly createTime: string | null;
  readonly endTime: string | null;
  readonly updateTime: string | null;
  readonly resource: {
    readonly type: string | null;
    readonly id: string | null;
    readonly name: string | null;
  } | null;
  readonly cluster: { readonly id: string; readonly name: string | null } | null;
  readonly warnings: readonly { readonly code: string | null; readonly message: string }[];
  readonly raw?: object;
}

export interface SentFeedProblem {
  readonly feed: string;
  readonly state: string;
  readonly reason: string | null;
  readonly message: string;
  readonly lastSuccessTime: string | null;
}

export interface SentPage {
  readonly tasks: readonly SentTask[];
  readonly nextPageToken: string;
  readonly totalSize: number;
  readonly unreachable: readonly string[];
  readonly completeness: {
    readonly complete: boolean;
    readonly completeSince: string | null;
    readonly problems: readonly SentFeedProblem[];
  };
}

export interface SentProblem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly requestId: string;
  readonly errors?: readonly { readonly parameter: string; readonly detail: string }[];
  readonly problems?: readonly SentFeedProblem[];
}

export type Query = Readonly<Record<string, string | number | readonly string[]>>;

/** The path of a list call; a list value is a repeated parameter. */
export function listPath(query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of [value].flat()) parameters.append(name, String(each));
  }
  return `/v1/tasks?${parameters.toString()}`;
}

/** One page that must be there; throws with the answer's text where it is none. */
export async function askPage(
  url: string,
  query: Query = {},
  headers: Record<string, string> = {},
): Promise<SentPage & { readonly answer: Answer }> {
  const answer = await ask(`${url}${listPath(query)}`, headers);
  if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text.slice(0, 500)}`);
  return { ...(answer.body as SentPage), answer };
}

/** All tasks of a question, by page numbers. */
export async function askAll(url: string, query: Query = {}): Promise<SentTask[]> {
  const tasks: SentTask[] = [];
  for (let page = 1; ; page++) {
    const { tasks: more, totalSize } = await askPage(url, { ...query, pageSize: 1000, page });
    tasks.push(...more);
    if (more.length === 0 || tasks.length >= totalSize) return tasks;
  }
}

/** The contract's order, written a second time: tasks without the time last, ties by id ascending. */
export function inOrder<T extends SentTask>(tasks: readonly T[], orderBy: string): T[] {
  const [field, direction] = orderBy.split(' ') as ['createTime' | 'updateTime' | 'endTime', string];
  const sign = direction === 'asc' ? 1 : -1;
  return [...tasks].sort((a, b) => {
    const [x, y] = [a[field], b[field]];
    if (x !== y) {
      if (x === null) return 1;
      if (y === null) return -1;
      return x < y ? -sign : sign;
    }
    return a.id < b.id ? -1 : 1;
  });
}

export const ids = (tasks: readonly SentTask[]): string[] => tasks.map(({ id }) => id);
