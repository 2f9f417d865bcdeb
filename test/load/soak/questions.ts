import type { Random } from '@/simulator/fleet/random.js';
import { listPath, type Query } from '../../support/tasks.js';
import { SOURCES, UPSTREAMS, type UpstreamOfTasks } from '../../support/upstreams.js';

/** One request of the mixture, and what may be answered whatever the upstreams do. */
export interface Question {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly expected: readonly number[];
  /** The upstreams all of whose tasks it asks for; null where the answer's tasks are not checked. */
  readonly about: readonly UpstreamOfTasks[] | null;
  /** The caller leaves after so many milliseconds; null: waits for the answer. */
  readonly leavesAfterMs: number | null;
}

type Kind = keyof typeof WEIGHTS;

const WEIGHTS = {
  usual: 25,
  whole: 8,
  source: 15,
  page: 8,
  'no-cache': 6,
  'max-age': 4,
  'max-stale': 4,
  filter: 10,
  order: 4,
  raw: 2,
  strict: 3,
  cached: 3,
  unchanged: 3,
  wrong: 4,
  unknown: 2,
  overview: 3,
  left: 3,
} as const;

/** Any list may be partial, or have nothing to tell at all. */
const LIST = [200, 503, 504] as const;

const USUAL: Question = {
  path: listPath({ pageSize: 50 }),
  headers: {},
  expected: LIST,
  about: UPSTREAMS,
  leavesAfterMs: null,
};

type Choices<T> = readonly [T, ...T[]];

const WRONG: Choices<Pick<Question, 'path' | 'expected'>> = [
  { path: '/v1/tasks?pageSze=5', expected: [400] },
  { path: '/v1/tasks?status=DONE', expected: [400] },
  { path: '/v1/tasks?pageToken=nonsense', expected: [400] },
  { path: '/v1/tasks?page=0', expected: [400] },
  { path: '/v1/nothing', expected: [404] },
];

const OVERVIEWS = ['/v1/sources', '/v1/providers', '/health/ready', '/openapi.json'] as const;

const FILTERS: Choices<Query> = [
  { status: 'FAILED,TIMED_OUT' },
  { type: 'BACKUP' },
  { resourceName: 'a' },
  { createdAfter: '2026-01-01T00:00:00Z' },
  { trigger: 'MANUAL' },
];

const MAKE: Readonly<Record<Kind, (random: Random) => Partial<Question>>> = {
  usual: () => ({}),
  whole: () => ({ path: listPath({ pageSize: 1000 }) }),
  source: (random) => {
    const upstream = random.pick(UPSTREAMS);
    return { path: listPath({ source: SOURCES[upstream], pageSize: 1000 }), about: [upstream] };
  },
  page: (random) => ({ path: listPath({ pageSize: 20, page: random.integer(1, 12) }) }),
  'no-cache': () => ({ headers: { 'cache-control': 'no-cache' } }),
  'max-age': () => ({ headers: { 'cache-control': 'max-age=1', prefer: 'wait=1' } }),
  // What is accepted may be as old as the last fault but one.
  'max-stale': () => ({ headers: { 'cache-control': 'max-stale=60' }, about: null }),
  filter: (random) => ({ path: listPath({ ...random.pick(FILTERS) }), about: null }),
  order: () => ({ path: listPath({ orderBy: 'updateTime asc', pageSize: 100 }) }),
  raw: () => ({ path: listPath({ include: 'raw' }) }),
  strict: () => ({ headers: { prefer: 'handling=strict' } }),
  cached: () => ({ headers: { 'cache-control': 'only-if-cached' } }),
  unchanged: () => ({ headers: { 'if-none-match': '*' }, expected: [...LIST, 304] }),
  wrong: (random) => ({ ...random.pick(WRONG), about: null }),
  unknown: () => ({ path: '/v1/tasks/search-logs.nothing', expected: [404, 503, 504], about: null }),
  overview: (random) => ({ path: random.pick(OVERVIEWS), expected: [200], about: null }),
  left: (random) => ({
    headers: { 'cache-control': 'no-cache' },
    leavesAfterMs: random.integer(0, 30),
    about: null,
  }),
};

/** The next question of the mixture. */
export function nextQuestion(random: Random): Question {
  return { ...USUAL, ...MAKE[random.weighted(WEIGHTS)](random) };
}
