import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from 'node:net';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { ask, type Answer } from '../support/http.js';
import { askPage, listPath, type Query, type SentProblem } from '../support/tasks.js';

let simulator: Simulator;
let gateway: RunningGateway;
beforeAll(async () => {
  simulator = await startSimulator({
    fleet: { cssClusters: 1, cssRowsPerCluster: 20, cbrRows: 40, cceRowsPerCluster: 5, ocpTenants: 3 },
  });
  gateway = await startGateway(simulator, { secret: 'the secret of this gateway' });
});
afterAll(async () => {
  await gateway.stop();
  await simulator.stop();
});

const PROBLEM = 'application/problem+json; charset=utf-8';

/** Checks what every problem has, its page included, and gives it back. */
async function problemOf(answer: Answer, instance: string): Promise<SentProblem> {
  expect(answer.headers.get('content-type')).toBe(PROBLEM);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const problem = answer.body as SentProblem;
  expect(problem).toMatchObject({
    type: expect.stringMatching(/^\/problems\/[a-z-]+$/) as unknown,
    title: expect.stringMatching(/\S/) as unknown,
    status: answer.status,
    detail: expect.stringMatching(/\S/) as unknown,
    instance,
  });
  expect(problem.requestId).toBe(answer.headers.get('x-request-id'));
  expect(answer.text).not.toMatch(/\bat .*\.[jt]s:\d+|node_modules/);
  const page = await ask(`${gateway.url}${problem.type}`);
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  expect(page.text).toContain(problem.title);
  return problem;
}

/** The one complaint of a 400. */
async function complaintAbout(path: string): Promise<{ parameter: string; detail: string }> {
  const answer = await ask(`${gateway.url}${path}`);
  expect(answer.status).toBe(400);
  const problem = await problemOf(answer, path);
  expect(problem.errors).toHaveLength(1);
  const [error] = problem.errors ?? [];
  if (error === undefined) throw new Error('no errors');
  return error;
}

const STATUSES = [
  'PENDING',
  'RUNNING',
  'PAUSED',
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'SKIPPED',
  'STOPPED',
  'UNKNOWN',
];
const TYPES = [
  'LOG_BACKUP',
  'CONTINUOUS_LOG_BACKUP',
  'CLUSTER_SNAPSHOT',
  'BACKUP',
  'REPLICATION',
  'RESTORE',
  'DELETE',
  'SYNC',
  'VAULT_DELETE',
  'REMOVE_RESOURCE',
  'OTHER',
];
const PROVIDERS = ['huawei-css', 'huawei-cbr', 'huawei-cce', 'oceanbase-ocp'];
const SOURCES = ['search-logs', 'server-backups', 'kubernetes', 'oceanbase'];
const ORDERS = ['createTime', 'updateTime', 'endTime'].flatMap((field) => [`${field} desc`, `${field} asc`]);
const TIMES = ['createdAfter', 'createdBefore', 'endedAfter', 'endedBefore'];
const SINGLE: Record<string, string> = {
  trigger: 'MANUAL',
  hasWarnings: 'true',
  resourceId: 'a',
  resourceName: 'a',
  clusterId: 'a',
  ...Object.fromEntries(TIMES.map((name) => [name, '2026-01-01T00:00:00Z'])),
  orderBy: 'endTime asc',
  pageSize: '5',
  page: '1',
  include: 'raw',
};
const NAMES = [...Object.keys(SINGLE), 'provider', 'source', 'status', 'type', 'pageToken'];

describe('a value outside the closed set', () => {
  const sets: [string, readonly string[], readonly string[]][] = [
    ['status', ['failed', 'Failed', 'DONE', ' FAILED', 'FAILED ', 'FAILED;', '*', 'FAILED\u0000'], STATUSES],
    ['type', ['backup', 'LOGBACKUP', 'log_backup'], TYPES],
    ['trigger', ['manual', 'AUTO', 'MANUAL,SCHEDULED'], ['MANUAL', 'SCHEDULED']],
    ['hasWarnings', ['TRUE', 'True', '1', '0', 'yes', 'null', 'true,false'], ['true', 'false']],
    ['provider', ['HUAWEI-CSS', 'css', 'aws', '__proto__', 'constructor'], PROVIDERS],
    ['source', ['Search-logs', 'nope', 'sources/search-logs', 'toString'], SOURCES],
    [
      'orderBy',
      ['createTime', 'createTime DESC', 'createtime desc', 'startTime asc', 'desc', 'createTime  desc'],
      ORDERS,
    ],
    ['include', ['RAW', 'all', 'raw,raw'], ['raw']],
  ];
  const cases = sets.flatMap(([name, words, known]) => words.map((word) => [name, word, known] as const));

  it.each(cases)('%s=%j is rejected, and the known values are named', async (name, word, known) => {
    const { parameter, detail } = await complaintAbout(listPath({ [name]: word }));
    expect(parameter).toBe(name);
    expect(detail).toContain(JSON.stringify(word));
    for (const each of known) expect(detail).toContain(each);
  });

  it.each([
    ['status', 'FAILED,nope'],
    ['type', 'BACKUP,nope'],
    ['provider', 'huawei-css,nope'],
    ['source', 'search-logs,nope'],
  ])('makes a list invalid: %s=%s', async (name, list) => {
    const { parameter, detail } = await complaintAbout(listPath({ [name]: list }));
    expect(parameter).toBe(name);
    expect(detail).toContain('"nope"');
    const repeated = await complaintAbout(listPath({ [name]: list.split(',') }));
    expect(repeated).toEqual({ parameter, detail });
  });
});

describe('an empty value', () => {
  // An empty pageToken is what a client sends for the first page, and what the last page tells.
  it.each(NAMES.filter((name) => name !== 'pageToken'))('%s= is rejected', async (name) => {
    expect((await complaintAbout(`/v1/tasks?${name}=`)).parameter).toBe(name);
    expect((await complaintAbout(`/v1/tasks?${name}`)).parameter).toBe(name);
  });

  it.each(['provider', 'source', 'status', 'type'])(
    '%s with an empty element in its list is rejected',
    async (name) => {
      const good =
        { provider: 'huawei-css', source: 'search-logs', status: 'FAILED', type: 'BACKUP' }[name] ?? '';
      for (const list of [`${good},`, `,${good}`, `${good},,${good}`]) {
        expect((await complaintAbout(listPath({ [name]: list }))).parameter).toBe(name);
      }
    },
  );

  it('pageToken= is the first page', async () => {
    const first = await askPage(gateway.url, { pageSize: 3 });
    expect((await askPage(gateway.url, { pageSize: 3, pageToken: '' })).tasks).toEqual(first.tasks);
  });
});

describe('a single-valued parameter given twice', () => {
  it.each(Object.entries(SINGLE))('%s is rejected, even with the same value', async (name, value) => {
    const { parameter, detail } = await complaintAbout(listPath({ [name]: [value, value] }));
    expect(parameter).toBe(name);
    expect(detail).toMatch(/given more than once; give it once/);
  });

  it('pageToken is rejected', async () => {
    const { nextPageToken } = await askPage(gateway.url, { pageSize: 3 });
    const path = listPath({ pageSize: 3, pageToken: [nextPageToken, nextPageToken] });
    expect((await complaintAbout(path)).parameter).toBe('pageToken');
  });
});

describe('a time', () => {
  const bad = [
    'yesterday',
    '2026-01-01',
    '2026-01-01T00:00:00',
    '2026-01-01T00:00Z',
    '2026-1-1T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T23:60:00Z',
    '2026-01-01T23:59:61Z',
    '2026-01-01T00:00:00.Z',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00+08:60',
    '1767225600',
    '1767225600000',
    'now-7d',
    '+002026-01-01T00:00:00Z',
    '-0001-01-01T00:00:00Z',
    '2026-01-01T00:00:00Z,2026-01-02T00:00:00Z',
    '٢٠٢٦-01-01T00:00:00Z',
    ' 2026-01-01T00:00:00Z',
    'NaN',
  ];
  it.each(TIMES.flatMap((name) => bad.map((time) => [name, time] as const)))(
    '%s=%s is rejected',
    async (name, time) => {
      const { parameter, detail } = await complaintAbout(listPath({ [name]: time }));
      expect(parameter).toBe(name);
      expect(detail).toContain(JSON.stringify(time));
      expect(detail).toContain('RFC 3339');
    },
  );

  it('with a bare + gets advice how to write it', async () => {
    const { detail } = await complaintAbout('/v1/tasks?createdAfter=2026-01-01T00:00:00+08:00');
    expect(detail).toContain('%2B');
  });

  it.each([
    '2024-02-29T00:00:00Z',
    '2026-01-01T00:00:00.1Z',
    '2026-01-01T00:00:00.123456789Z',
    '2026-01-01t00:00:00z',
    '2026-01-01T00:00:00-11:30',
    '2016-12-31T23:59:60Z',
    '0000-01-01T00:00:00Z',
    '0000-01-01T00:00:00+14:00',
    '9999-12-31T23:59:59.999999Z',
    '9999-12-31T23:59:59-10:00',
  ])('%s is a time like any other', async (time) => {
    for (const name of TIMES) await askPage(gateway.url, { [name]: time });
    const { totalSize } = await askPage(gateway.url);
    const [before, after] = await Promise.all([
      askPage(gateway.url, { createdBefore: time }),
      askPage(gateway.url, { createdAfter: time }),
    ]);
    expect(before.totalSize + after.totalSize).toBe(totalSize);
  });
});

describe('numbers', () => {
  const bad = [
    '-1',
    '-0',
    '1.5',
    '1.0',
    '1e3',
    '0x10',
    '+5',
    ' 5',
    '5 ',
    'ten',
    'NaN',
    'Infinity',
    '٣',
    '5,6',
    '1_000',
  ];
  it.each(['pageSize', 'page'].flatMap((name) => bad.map((value) => [name, value] as const)))(
    '%s=%j is rejected',
    async (name, value) => {
      const { parameter, detail } = await complaintAbout(listPath({ [name]: value }));
      expect(parameter).toBe(name);
      expect(detail).toContain(JSON.stringify(value));
      expect(detail).toContain('whole number');
    },
  );

  it('page=0 is rejected, pageSize=0 is not', async () => {
    expect((await complaintAbout('/v1/tasks?page=0')).parameter).toBe('page');
    expect((await askPage(gateway.url, { pageSize: 0 })).tasks).toHaveLength(50);
  });

  it.each(['1001', '99999999999', '9'.repeat(400)])('pageSize=%s is treated as 1000', async (pageSize) => {
    const { tasks, totalSize } = await askPage(gateway.url, { pageSize });
    expect(tasks).toHaveLength(totalSize);
  });

  it.each(['4294967297', '9007199254740993', '9'.repeat(400)])('page=%s is past the end', async (page) => {
    const { tasks, nextPageToken } = await askPage(gateway.url, { page });
    expect({ tasks, nextPageToken }).toEqual({ tasks: [], nextPageToken: '' });
  });
});

describe('a page token', () => {
  const query = { status: 'SUCCEEDED', pageSize: 3 };
  let token: string;
  beforeAll(async () => {
    token = (await askPage(gateway.url, query)).nextPageToken;
  });

  const complain = async (more: Query): Promise<void> => {
    expect((await complaintAbout(listPath({ ...query, ...more }))).parameter).toBe('pageToken');
  };

  it('with any one character changed is rejected', async () => {
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === 'A' ? 'B' : 'A';
      const answer = await ask(
        `${gateway.url}${listPath({ ...query, pageToken: token.slice(0, at) + other + token.slice(at + 1) })}`,
      );
      expect({ at, status: answer.status }).toEqual({ at, status: 400 });
    }
  });

  it('shortened at any position, or lengthened, is rejected', async () => {
    for (let length = 1; length < token.length; length += 3)
      await complain({ pageToken: token.slice(0, length) });
    for (const more of ['A', '=', '==', ' ', '\n', '.', '%00']) await complain({ pageToken: token + more });
    await complain({ pageToken: ` ${token}` });
  });

  it.each(['x', '0', 'null', 'undefined', '[]', '{}', '../../etc/passwd', '💥', 'A'.repeat(4000), 'AQAAAA'])(
    '%j is rejected',
    async (pageToken) => {
      await complain({ pageToken });
    },
  );

  it.each<[string, Query]>([
    ['another status', { status: 'FAILED' }],
    ['one status more', { status: 'SUCCEEDED,FAILED' }],
    ['another order', { orderBy: 'createTime asc' }],
    ['one filter more', { provider: 'huawei-cbr' }],
    ['a resource name', { resourceName: 'a' }],
    ['a time', { createdAfter: '2020-01-01T00:00:00Z' }],
    ['raw', { include: 'raw' }],
  ])('of a call without %s is rejected', async (_, more) => {
    await complain({ ...more, pageToken: token });
  });

  it('of a call with a filter that is now absent is rejected', async () => {
    expect((await complaintAbout(listPath({ pageSize: 3, pageToken: token }))).parameter).toBe('pageToken');
  });

  it('continues the same query in another spelling and with another page size', async () => {
    const { tasks } = await askPage(gateway.url, {
      pageToken: token,
      pageSize: 7,
      orderBy: 'createTime desc',
      status: 'SUCCEEDED,SUCCEEDED',
    });
    expect(tasks).toHaveLength(7);
  });

  it('together with page is rejected', async () => {
    const { parameter, detail } = await complaintAbout(listPath({ ...query, page: 2, pageToken: token }));
    expect(['page', 'pageToken']).toContain(parameter);
    expect(detail).toMatch(/page/);
  });

  it('of a gateway with another secret is rejected', async () => {
    const foreign = await startGateway(simulator, { secret: 'the secret of another gateway' });
    try {
      const { nextPageToken } = await askPage(foreign.url, query);
      await complain({ pageToken: nextPageToken });
    } finally {
      await foreign.stop();
    }
  });
});

describe('an unknown parameter', () => {
  const names = [
    'statuses',
    'Status',
    'STATUS',
    'state',
    'page_size',
    'pagesize',
    'limit',
    'filter',
    'q',
    'status[]',
    'status[a]',
    'status[0]',
    'status.a',
    '__proto__',
    '__proto__[status]',
    'constructor',
    'constructor[prototype]',
    'prototype',
    'toString',
    'hasOwnProperty',
    'valueOf',
    'ünicode',
    '%',
    '$where',
    ' status',
  ];
  it.each(names)('%j is rejected on the list, and the known ones are named', async (name) => {
    const { parameter, detail } = await complaintAbout(`/v1/tasks?${encodeURIComponent(name)}=FAILED`);
    expect(parameter).toBe(name);
    for (const known of NAMES) expect(detail).toContain(known);
  });

  it.each(['__proto__', 'constructor', 'toString', 'filter', 'status'])(
    '%s is rejected on one task, sources, a source and providers',
    async (name) => {
      for (const path of [
        '/v1/tasks/search-logs.x',
        '/v1/sources',
        '/v1/sources/search-logs',
        '/v1/providers',
      ]) {
        expect((await complaintAbout(`${path}?${name}=x`)).parameter).toBe(name);
      }
    },
  );

  it('is rejected before an upstream is called or a resource is looked up', async () => {
    simulator.calls.reset();
    const answer = await ask(`${gateway.url}/v1/tasks?foo=1&source=nope`, { 'cache-control': 'no-cache' });
    expect(answer.status).toBe(400);
    expect((await ask(`${gateway.url}/v1/sources/nope?foo=1`)).status).toBe(400);
    expect(simulator.calls.count()).toBe(0);
  });
});

describe('what is not UTF-8, percent-encoded,', () => {
  const NOT_UTF_8 =
    'is not UTF-8, percent-encoded; write ü as %C3%BC, for example, and a percent sign as %25';

  it.each([...['%', '%2', '%zz', 'B%FCro', '%C3', '%C3%28', '%ED%A0%80', '100%', 'a+%FF', 'a=%', '%25%']])(
    'is rejected as a value: %j',
    async (value) => {
      const detail = `the value ${NOT_UTF_8}`;
      for (const path of [
        `/v1/tasks?resourceName=${value}`,
        `/v1/tasks?pageSize=1&resourceName=${value}&page=1`,
      ])
        expect(await complaintAbout(path)).toEqual({ parameter: 'resourceName', detail });
    },
  );

  it.each(['%', 'n%FCm', 'resource%Name'])('is rejected as a name: %j', async (name) => {
    const error = { parameter: name, detail: `the name ${NOT_UTF_8}` };
    for (const pair of [name, `${name}=`, `${name}=x`, `${name}=%FF`])
      expect(await complaintAbout(`/v1/tasks?${pair}`)).toEqual(error);
  });

  it('is rejected by each route that takes parameters, or none', async () => {
    const lists = ['/v1/tasks', '/v1/tasks/summary', '/v1/resources', '/v1/protection', '/v1/sources'];
    for (const path of [...lists, '/v1/providers', '/v1/tasks/a.b', '/v1/resources/a.b.c', '/v1/sources/a'])
      expect((await complaintAbout(`${path}?source=%FF`)).parameter).toBe('source');
  });

  it('has an error for each such parameter', async () => {
    const path = '/v1/tasks?source=%FF&status=FAILED&res%6FurceName=%';
    const answer = await ask(`${gateway.url}${path}`);
    const { errors } = await problemOf(answer, path);
    expect([answer.status, errors?.map(({ parameter }) => parameter)]).toEqual([
      400,
      ['source', 'resourceName'],
    ]);
  });

  it('is accepted once it is encoded', async () => {
    for (const name of ['%25', 'B%25FCro', '100+%25', '%C3%BC', '%F0%9F%92%A5'])
      expect((await ask(`${gateway.url}/v1/tasks?resourceName=${name}`)).status).toBe(200);
  });
});

describe('a task’s own parameter', () => {
  it.each(['include=', 'include=RAW', 'include=raw&include=raw', 'include=raw,raw', 'include'])(
    '%s is rejected',
    async (query) => {
      expect((await complaintAbout(`/v1/tasks/search-logs.x?${query}`)).parameter).toBe('include');
    },
  );
});

describe('several mistakes at once', () => {
  it('are all reported, each under its own parameter', async () => {
    const path = '/v1/tasks?status=nope&pageSize=-1&createdAfter=x&foo=1&orderBy=';
    const answer = await ask(`${gateway.url}${path}`);
    const { errors = [] } = await problemOf(answer, path);
    expect(errors.map(({ parameter }) => parameter).sort()).toEqual([
      'createdAfter',
      'foo',
      'orderBy',
      'pageSize',
      'status',
    ]);
  });

  it('of unknown names are reported for both provider and source', async () => {
    const path = '/v1/tasks?provider=aws&source=nope';
    const { errors = [] } = await problemOf(await ask(`${gateway.url}${path}`), path);
    expect(errors.map(({ parameter }) => parameter)).toEqual(['provider', 'source']);
  });
});

describe('over-long values', () => {
  it('find nothing, or are cut in the error', async () => {
    const long = 'x'.repeat(6000);
    for (const name of ['resourceId', 'resourceName', 'clusterId']) {
      expect((await askPage(gateway.url, { [name]: long })).totalSize).toBe(0);
    }
    for (const name of [
      'provider',
      'source',
      'status',
      'type',
      'orderBy',
      'include',
      'createdAfter',
      'pageSize',
    ]) {
      const answer = await ask(`${gateway.url}${listPath({ [name]: long })}`);
      expect(answer.status).toBe(400);
      const [error] = (answer.body as SentProblem).errors ?? [];
      expect(error?.parameter).toBe(name);
      expect(error?.detail.length).toBeLessThan(600);
    }
  });

  it('beyond the limits of HTTP are rejected by the HTTP layer', async () => {
    const answer = await ask(`${gateway.url}${listPath({ resourceName: 'x'.repeat(100_000) })}`);
    expect(answer.status).toBe(431);
  });
});

describe('paths', () => {
  it.each([
    '/v1',
    '/v1/',
    '/v1/task',
    '/V1/tasks',
    '/v2/tasks',
    '/v1/tasks/',
    '/v1/tasks/a/b',
    '/v1/sources/a/b',
    '/.env',
  ])('%s is a 404', async (path) => {
    const answer = await ask(`${gateway.url}${path}`);
    expect(answer.status).toBe(404);
    expect((await problemOf(answer, path)).type).toBe('/problems/not-found');
  });

  it.each(['nope', '__proto__', 'constructor', 'Search-logs', '%20', 'search-logs%2F..', 'a'.repeat(500)])(
    'an unknown source %s gets a 404 with its own type',
    async (source) => {
      const path = `/v1/sources/${source}`;
      const answer = await ask(`${gateway.url}${path}`);
      expect(answer.status).toBe(404);
      expect((await problemOf(answer, path)).type).toBe('/problems/source-not-found');
    },
  );

  it.each([
    'nope',
    'nope.x',
    'search-logs.nope',
    'search-logs.',
    '.x',
    'search-logs',
    '__proto__.x',
    'search-logs.__proto__',
    'search-logs.%2E%2E%2F',
    'search-logs.%00',
    `search-logs.${'a'.repeat(400)}`,
  ])('an unknown task %s gets a 404 with its own type', async (id) => {
    const path = `/v1/tasks/${id}`;
    const answer = await ask(`${gateway.url}${path}`);
    expect(answer.status).toBe(404);
    expect((await problemOf(answer, path)).type).toBe('/problems/task-not-found');
  });

  it.each(['/v1/%ff', '/v1/tasks/%', '/v1/tasks/%zz', '/v1/tasks/%E0%A4%A', '/v1/sources/%c0%af'])(
    '%s cannot be decoded and is a 400',
    async (path) => {
      const answer = await ask(`${gateway.url}${path}`);
      expect(answer.status).toBe(400);
      expect((await problemOf(answer, path)).type).toBe('/problems/bad-request');
    },
  );

  it('an unknown problem page is a 404', async () => {
    for (const slug of ['nope', '__proto__', 'constructor']) {
      expect((await ask(`${gateway.url}/problems/${slug}`)).status).toBe(404);
    }
  });
});

describe('methods', () => {
  const paths = [
    '/v1/tasks',
    '/v1/tasks/search-logs.x',
    '/v1/sources',
    '/v1/sources/nope',
    '/v1/providers',
    '/health/live',
    '/health/ready',
    '/metrics',
    '/openapi.json',
  ];
  it.each(
    paths.flatMap((path) =>
      ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => [method, path] as const),
    ),
  )('%s %s is a 405 that names GET and HEAD', async (method, path) => {
    const answer = await ask(`${gateway.url}${path}`, {}, method);
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
    expect((await problemOf(answer, path)).type).toBe('/problems/method-not-allowed');
  });

  it.each([
    ['application/json', '{bad'],
    ['application/json', ''],
    ['text/xml', '<a/>'],
    ['application/json', '{"__proto__":{"a":1}}'],
  ])('a POST with a body of %s is a 405 whatever the body is', async (type, body) => {
    const response = await fetch(`${gateway.url}/v1/tasks`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    expect(response.status).toBe(405);
    await response.arrayBuffer();
  });

  it('on an unknown path get a 404', async () => {
    expect((await ask(`${gateway.url}/nope`, {}, 'POST')).status).toBe(404);
  });
});

describe('broken HTTP', () => {
  it.each([
    'GARBAGE\r\n\r\n',
    'GET /v1/tasks HTTP/9.9\r\n\r\n',
    'GET /v1/ta sks HTTP/1.1\r\nHost: a\r\n\r\n',
  ])('%j is rejected, and the gateway continues', async (text) => {
    const reply = await exchange(text);
    expect(reply).toMatch(/^HTTP\/1\.1 [45]\d\d/);
    expect(reply).not.toMatch(/\bat .*\.js:\d+/);
    expect((await ask(`${gateway.url}/health/live`)).status).toBe(200);
  });
});

function exchange(text: string): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    let reply = '';
    const socket = connect(Number(port), hostname, () => socket.end(text));
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => (reply += part));
    socket.on('close', () => {
      resolve(reply);
    });
    socket.on('error', reject);
  });
}
