import fc from 'fast-check';
import { TASK_ORDERS } from '@/model/order.js';
import { BUCKET_TIMES, BUCKET_UNITS, GROUP_FIELDS } from '@/model/summary.js';
import { resourceIdOf } from '@/model/task-id.js';
import { TASK_STATUSES, TASK_TYPES } from '@/model/task.js';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import { RESOURCE_ORDERS } from '@/resources/list-resources-query.dto.js';
import { REASONS, VERDICTS } from '@/resources/verdict.js';
import type { SentTask } from '../../support/tasks.js';
import type { TestRequest } from './gateways.js';
import { SOURCE_IDS } from './sources.js';

const SOURCES = [...SOURCE_IDS, 'unknown', ''];
const PROVIDERS = [...PROVIDER_SETTINGS.map(({ id }) => id), 'unknown-provider'];
const REPEATED = { minLength: 1, maxLength: 3 };

/** Requests with names of all tasks, whoever may see them. */
export function requestsAbout(tasks: readonly SentTask[]): fc.Arbitrary<TestRequest> {
  return fc.record({
    method: fc.constantFrom('GET', 'GET', 'GET', 'GET', 'HEAD'),
    path: fc.oneof(
      { weight: 8, arbitrary: listPaths(tasks) },
      { weight: 4, arbitrary: summaryPaths(tasks) },
      { weight: 3, arbitrary: resourcePaths(tasks) },
      { weight: 3, arbitrary: taskPaths(tasks) },
      { weight: 3, arbitrary: OTHER_PATHS },
    ),
    headers: HEADERS,
  });
}

const PAGES = {
  orderBy: fc.constantFrom(...TASK_ORDERS),
  pageSize: fc.constantFrom('0', '1', '3', '7', '50', '1000'),
  page: fc.constantFrom('0', '1', '2', '5'),
  pageToken: fc.constantFrom('', 'no-token'),
  include: fc.constant('raw'),
};

const GROUPS = {
  groupBy: listOf(GROUP_FIELDS),
  bucket: fc.constantFrom(...BUCKET_UNITS),
  bucketBy: fc.constantFrom(...BUCKET_TIMES),
  timeZone: fc.constantFrom('UTC', 'Asia/Kolkata', 'Nowhere/None'),
  includeEmpty: fc.constantFrom('true', 'false'),
};

function listPaths(tasks: readonly SentTask[]): fc.Arbitrary<string> {
  return queries({ ...filters(tasks), ...PAGES }, 2).map((query) => `/v1/tasks?${query}`);
}

function summaryPaths(tasks: readonly SentTask[]): fc.Arbitrary<string> {
  const some = fc.tuple(queries(GROUPS, 6), queries(filters(tasks), 2));
  return some.map((parts) => `/v1/tasks/summary?${parts.filter((part) => part !== '').join('&')}`);
}

/** Always at a past time: now is another moment for every gateway. */
function resourcePaths(tasks: readonly SentTask[]): fc.Arbitrary<string> {
  const { source, provider, resourceId, clusterId } = filters(tasks);
  const own = {
    ...{ source, provider, resourceId, clusterId, name: fc.constantFrom('prod', 'ecs', 'a') },
    verdict: listOf([...VERDICTS, 'FINE']),
    reason: listOf(REASONS),
    expectation: listOf(['daily', 'unknown']),
    orderBy: fc.constantFrom(...RESOURCE_ORDERS),
    pageSize: fc.constantFrom('1', '3', '50'),
    page: fc.constantFrom('1', '2'),
    include: fc.constant('days'),
  } as Record<string, fc.Arbitrary<string>>;
  const asOf = fc
    .integer({ min: 0, max: 40 })
    .map((days) => `asOf=${new Date(DAWN_MS - days * DAY_MS).toISOString()}`);
  const lists = fc
    .tuple(queries(own, 2), asOf)
    .map((parts) => `/v1/resources?${parts.filter(Boolean).join('&')}`);
  const ids = tasks.flatMap(({ source: of, resource }) =>
    resource === null ? [] : resourceIdOf(of, resource.type, resource.id ?? resource.name ?? ''),
  );
  const single = fc
    .tuple(fc.constantFrom('unknown.x.y', ...ids), asOf)
    .map(([id, query]) => `/v1/resources/${id}?${query}`);
  return fc.oneof(
    lists,
    single,
    asOf.map((query) => `/v1/protection?${query}`),
  );
}

const DAY_MS = 86_400_000;
/** Before any of the gateways has started. */
const DAWN_MS = Date.now() - DAY_MS / 24;

/** Each parameter is in about so many of ten queries. Most lists have few, so that most find something. */
function queries(parameters: Record<string, fc.Arbitrary<string>>, chance: number): fc.Arbitrary<string> {
  return fc.tuple(fc.record(parameters), fc.infiniteStream(fc.nat(9))).map(([all, chances]) => {
    const chosen = Object.entries(all).filter(() => (chances.next().value ?? 0) < chance);
    return new URLSearchParams(chosen).toString();
  });
}

function filters(tasks: readonly SentTask[]): Record<string, fc.Arbitrary<string>> {
  const task = fc.constantFrom(...tasks);
  const named = (name: (task: SentTask) => string | null | undefined): fc.Arbitrary<string> =>
    task.map((each) => name(each) ?? 'none');
  const time = named(({ createTime, endTime }) => endTime ?? createTime);
  return {
    source: listOf(SOURCES),
    provider: listOf(PROVIDERS),
    status: listOf([...TASK_STATUSES, 'UNKNOWN_STATUS']),
    type: listOf(TASK_TYPES),
    trigger: fc.constantFrom('MANUAL', 'SCHEDULED'),
    hasWarnings: fc.constantFrom('true', 'false'),
    resourceId: named(({ resource }) => resource?.id),
    resourceName: named(({ resource }) => resource?.name?.slice(0, 4)),
    clusterId: named(({ cluster }) => cluster?.id),
    createdAfter: time,
    createdBefore: time,
    endedAfter: time,
    endedBefore: time,
    unknown: fc.constant('x'),
  };
}

function taskPaths(tasks: readonly SentTask[]): fc.Arbitrary<string> {
  const known = fc.constantFrom(...tasks.map(({ id }) => id));
  const unknown = fc.constantFrom(...SOURCE_IDS).map((source) => `${source}.unknown`);
  return fc
    .tuple(
      fc.oneof(known, known, unknown, fc.constantFrom('unknown', 'a.b')),
      fc.constantFrom('', '?include=raw'),
    )
    .map(([id, query]) => `/v1/tasks/${id}${query}`);
}

const OTHER_PATHS = fc.oneof(
  fc.constantFrom(
    '/v1/sources',
    '/v1/sources',
    '/v1/providers',
    '/health/ready',
    '/health/ready',
    '/v1/nothing',
  ),
  fc.constantFrom(...SOURCES).map((source) => `/v1/sources/${source === '' ? '-' : source}`),
);

const rarely = (...values: readonly string[]): fc.Arbitrary<string | undefined> =>
  fc.option(fc.constantFrom(...values), { freq: 3, nil: undefined });

/** `max-age=60` is below `freshFor` of every source, `max-age=99999` above. */
const HEADERS: fc.Arbitrary<Record<string, string>> = fc
  .record({
    'cache-control': rarely('no-cache', 'max-age=60', 'max-age=99999', 'max-stale', 'only-if-cached'),
    prefer: rarely('handling=strict', 'wait=1', 'handling=lenient, wait=2'),
    'accept-encoding': fc.constantFrom('identity', 'identity', 'gzip'),
  })
  .map((headers) => {
    const sent = Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined);
    return { ...Object.fromEntries(sent), 'x-request-id': 'the-same' };
  });

function listOf(words: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(...words),
    fc.array(fc.constantFrom(...words), REPEATED).map((chosen) => chosen.join()),
  );
}
