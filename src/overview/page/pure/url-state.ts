/** What the reader has chosen, as it stands in the query of the page. A name that is absent is not chosen. */
export const RESOURCE_FILTERS = ['verdict', 'reason', 'source', 'name'] as const;
export const TASK_FILTERS = [
  'status',
  'type',
  'taskSource',
  'provider',
  'taskName',
  'after',
  'before',
] as const;
export const DETAILS = ['resource', 'task'] as const;

export type FilterName =
  (typeof RESOURCE_FILTERS)[number] | (typeof TASK_FILTERS)[number] | (typeof DETAILS)[number];
export type UrlState = Readonly<Partial<Record<FilterName, string>>>;

const NAMES: readonly FilterName[] = [...RESOURCE_FILTERS, ...TASK_FILTERS, ...DETAILS];

/** Reads a query; what the page does not know is left out. */
export function readUrlState(search: string): UrlState {
  const query = new URLSearchParams(search);
  const given = NAMES.map((name) => [name, query.get(name) ?? ''] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== ''));
}

/** The query of a state, with its question mark; empty where nothing is chosen. */
export function writeUrlState(state: UrlState): string {
  const chosen = NAMES.filter((name) => state[name] !== undefined && state[name] !== '');
  const text = chosen.map((name) => `${name}=${encoded(state[name] ?? '')}`).join('&');
  return text === '' ? '' : `?${text}`;
}

/** Commas between values, and times, are legible as they are. */
function encoded(value: string): string {
  return encodeURIComponent(value).replaceAll('%2C', ',').replaceAll('%3A', ':');
}

/** The state after a change; null takes a choice back. */
export function changed(
  state: UrlState,
  changes: Readonly<Partial<Record<FilterName, string | null>>>,
): UrlState {
  const joined = Object.entries({ ...state, ...changes });
  return Object.fromEntries(joined.filter(([, value]) => value !== null && value !== ''));
}

/** The parameters of the API that a state asks for. */
const RESOURCE_PARAMETERS = { verdict: 'verdict', reason: 'reason', source: 'source', name: 'name' } as const;
const TASK_PARAMETERS = {
  status: 'status',
  type: 'type',
  taskSource: 'source',
  provider: 'provider',
  taskName: 'resourceName',
  after: 'createdAfter',
  before: 'createdBefore',
} as const;

export interface ResourceQuery {
  readonly days: number;
  readonly timeZone: string;
}

/** The question for resources, without page size and token. */
export function resourceQuery(state: UrlState, { days, timeZone }: ResourceQuery): string {
  const query = new URLSearchParams({ include: 'days', days: String(days), timeZone });
  return withFilters(query, state, RESOURCE_PARAMETERS);
}

/** The question for tasks, without page size and token. */
export function taskQuery(state: UrlState): string {
  return withFilters(new URLSearchParams(), state, TASK_PARAMETERS);
}

function withFilters(
  query: URLSearchParams,
  state: UrlState,
  parameters: Readonly<Partial<Record<FilterName, string>>>,
): string {
  for (const [name, parameter] of Object.entries(parameters)) {
    const value = state[name as FilterName];
    if (value !== undefined) query.set(parameter, value);
  }
  return query.toString();
}
