import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answersOf, invalidFields, operationOf, schemaViolations } from '../support/document.js';
import {
  startGateway,
  startSimulator,
  type GatewayOptions,
  type RunningGateway,
  type Simulator,
} from '../support/gateway.js';
import { ask, type Answer } from '../support/http.js';

const FLEET = {
  cssClusters: 2,
  cssRowsPerCluster: 60,
  cbrRows: 200,
  cceClusters: 2,
  cceRowsPerCluster: 20,
  ocpTenants: 4,
};
const UPSTREAMS = ['css', 'cbr', 'cce', 'ocp'] as const;

interface Page {
  readonly tasks: readonly (Record<string, unknown> & { id: string })[];
  readonly nextPageToken: string;
  readonly totalSize: number;
  readonly unreachable: readonly string[];
  readonly completeness: { readonly problems: readonly { state: string; reason: string | null }[] };
}

let simulator: Simulator;
let gateway: RunningGateway;
const others: RunningGateway[] = [];

beforeEach(async () => {
  simulator = await startSimulator({ seed: 11, fleet: FLEET, life: { rate: 0 } });
  gateway = await startGateway(simulator);
});
afterEach(async () => {
  await Promise.all([gateway, ...others.splice(0)].map((each) => each.stop()));
  await simulator.stop();
});

/** One more gateway in front of the same simulator: its caches are empty. */
async function another(options: GatewayOptions = {}): Promise<RunningGateway> {
  const started = await startGateway(simulator, options);
  others.push(started);
  return started;
}

const get = (path: string, headers: Record<string, string> = {}, at = gateway): Promise<Answer> =>
  ask(`${at.url}${path}`, headers);
const pageOf = (answer: Answer): Page => answer.body as Page;

async function breakUpstreams(names: readonly (typeof UPSTREAMS)[number][], fault = 'error-500' as const) {
  for (const name of names) await simulator.setFault(name, fault);
}

describe('an answer of listTasks is as documented', () => {
  it('when it is complete', async () => {
    const answer = await get('/v1/tasks?pageSize=1000');
    expect(answer.status).toBe(200);
    expect(invalidFields('listTasks', answer)).toEqual([]);
    const { tasks, totalSize } = pageOf(answer);
    expect(tasks).toHaveLength(totalSize);
    expect(new Set(tasks.map(({ provider }) => provider)).size).toBe(4);
    expect(tasks.filter((task) => 'raw' in task)).toEqual([]);
  });

  it('with the records as received', async () => {
    const answer = await get('/v1/tasks?pageSize=1000&include=raw');
    expect(invalidFields('listTasks', answer)).toEqual([]);
    expect(pageOf(answer).tasks.filter(({ raw }) => typeof raw !== 'object')).toEqual([]);
  });

  it('when nothing matches', async () => {
    const answer = await get('/v1/tasks?resourceName=nothing-is-called-this');
    expect(invalidFields('listTasks', answer)).toEqual([]);
    expect(pageOf(answer)).toMatchObject({ tasks: [], totalSize: 0, nextPageToken: '' });
  });

  it('on each page of a walk', async () => {
    let path = '/v1/tasks?pageSize=90';
    let seen = 0;
    let token: string;
    do {
      const answer = await get(path);
      expect(invalidFields('listTasks', answer)).toEqual([]);
      token = pageOf(answer).nextPageToken;
      seen += pageOf(answer).tasks.length;
      path = `/v1/tasks?pageSize=90&pageToken=${token}`;
    } while (token !== '');
    expect(seen).toBe(pageOf(await get('/v1/tasks?pageSize=1')).totalSize);
  });

  it('when feeds are missing', async () => {
    await breakUpstreams(['cbr', 'ocp']);
    const answer = await get('/v1/tasks?pageSize=1000');
    expect(answer.status).toBe(200);
    expect(invalidFields('listTasks', answer)).toEqual([]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(pageOf(answer).completeness.problems).toEqual([
      expect.objectContaining({ state: 'FAILED', reason: 'UPSTREAM_ERROR' }),
      expect.objectContaining({ state: 'FAILED', reason: 'UPSTREAM_ERROR' }),
    ]);
  });

  it('when older snapshots are used', async () => {
    let nowMs = Date.now();
    const aging = await another({ clock: () => nowMs });
    await get('/v1/tasks', {}, aging);
    nowMs += 10 * 60_000;
    await breakUpstreams(UPSTREAMS);
    const answer = await get('/v1/tasks', {}, aging);
    expect(invalidFields('listTasks', answer)).toEqual([]);
    const states = pageOf(answer).completeness.problems.map(({ state }) => state);
    expect(new Set(states)).toEqual(new Set(['STALE']));
    const accepted = await get('/v1/tasks', { 'cache-control': 'max-stale' }, aging);
    expect(invalidFields('listTasks', accepted)).toEqual([]);
    expect(pageOf(accepted).completeness).toMatchObject({ complete: true, problems: [] });
  });

  it('when feeds are truncated', async () => {
    const narrow = await another({
      sources: (sources) => sources.map((source) => ({ ...source, maxTasksPerFeed: 5 })),
    });
    const answer = await get('/v1/tasks', {}, narrow);
    expect(invalidFields('listTasks', answer)).toEqual([]);
    const problems = pageOf(answer).completeness.problems;
    expect(problems.map(({ state }) => state)).toContain('TRUNCATED');
    expect(pageOf(answer).unreachable).toEqual([]);
  });

  it('with every preference, with the wait limited by the deadline', async () => {
    const headers = { prefer: 'wait=5, handling=strict', 'cache-control': 'no-cache' };
    const brief = await another({ deadlineMs: 3_000 });
    // The deadline bounds the wait for upstreams, which nothing here has to wait for.
    await get('/v1/tasks', { prefer: 'wait=3' }, brief);
    const answer = await get('/v1/tasks?page=2', { prefer: 'wait=5, handling=lenient' }, brief);
    expect(invalidFields('listTasks', answer)).toEqual([]);
    expect(answer.headers.get('preference-applied')).toBe('wait=3, handling=lenient');
    expect((await get('/v1/tasks?page=2', headers)).headers.get('preference-applied')).toBe(
      'wait=5, handling=strict',
    );
  });

  it('when it is not modified', async () => {
    const first = await get('/v1/tasks');
    const again = await get('/v1/tasks', { 'if-none-match': first.headers.get('etag') ?? '' });
    expect(again.status).toBe(304);
    expect(invalidFields('listTasks', again)).toEqual([]);
  });
});

describe('an answer of getTask is as documented', () => {
  it('for every task, with and without its record', async () => {
    const { tasks } = pageOf(await get('/v1/tasks?pageSize=1000'));
    for (const task of tasks.filter((_, position) => position % 7 === 0)) {
      const answer = await get(`/v1/tasks/${task.id}`);
      expect(invalidFields('getTask', answer)).toEqual([]);
      expect(answer.body).toEqual(task);
    }
    const raw = await get(`/v1/tasks/${tasks[0]?.id ?? ''}?include=raw`);
    expect(invalidFields('getTask', raw)).toEqual([]);
    expect(raw.body).toHaveProperty('raw');
  });

  it('when it is not modified', async () => {
    const id = pageOf(await get('/v1/tasks?pageSize=1')).tasks[0]?.id ?? '';
    const etag = (await get(`/v1/tasks/${id}`)).headers.get('etag') ?? '';
    const again = await get(`/v1/tasks/${id}`, { 'if-none-match': etag, prefer: 'handling=lenient' });
    expect(again.status).toBe(304);
    expect(invalidFields('getTask', again)).toEqual([]);
  });
});

describe('an answer of the other operations is as documented', () => {
  const PATHS = [
    ['listSources', '/v1/sources'],
    ['getSource', '/v1/sources/kubernetes'],
    ['listProviders', '/v1/providers'],
    ['listResources', '/v1/resources?include=days&pageSize=1000'],
    ['getProtection', '/v1/protection'],
    ['getLiveness', '/health/live'],
    ['getReadiness', '/health/ready'],
    ['getMetrics', '/metrics'],
  ] as const;

  it.each(PATHS)(
    'of %s, before and after feeds were read, and while they fail',
    async (operationId, path) => {
      const before = await get(path);
      await get('/v1/tasks');
      const after = await get(path);
      await breakUpstreams(UPSTREAMS);
      await get('/v1/tasks', { 'cache-control': 'no-cache' });
      const failing = await get(path);
      for (const answer of [before, after, failing]) {
        expect(answer.status).toBe(200);
        expect(invalidFields(operationId, answer)).toEqual([]);
      }
    },
  );

  it('of the readiness check, with what is degraded, when no upstream was ever reached', async () => {
    await breakUpstreams(UPSTREAMS);
    await get('/v1/tasks');
    const answer = await get('/health/ready');
    expect(invalidFields('getReadiness', answer)).toEqual([]);
    expect(answer.body).toMatchObject({ status: 'degraded' });
  });
});

describe('a problem is as documented', () => {
  /** A problem of a documented operation: its kind must be among the documented examples of its status, too. */
  function expectProblem(operationId: string, answer: Answer, slug: string): void {
    expect(answer.body).toMatchObject({ type: `/problems/${slug}`, status: answer.status });
    expect(invalidFields(operationId, answer)).toEqual([]);
    const { path, operation } = operationOf(operationId);
    const documented = answersOf(path, operation).find(
      ({ status }) => status === String(answer.status),
    )?.answer;
    const example = documented?.content?.['application/problem+json']?.examples?.[slug]?.value;
    // The example is of the same make as the answer: the same fields, the same title.
    expect(Object.keys(example as object)).toEqual(Object.keys(answer.body as object).sort());
    expect(answer.body).toMatchObject({ title: (example as { title: string }).title });
  }

  it('when a parameter is invalid', async () => {
    for (const [operationId, path] of [
      ['listTasks', '/v1/tasks?status=RUNING'],
      ['listTasks', '/v1/tasks?colour=red'],
      ['getTask', '/v1/tasks/server-backups.x?colour=red'],
      ['listSources', '/v1/sources?colour=red'],
      ['getSource', '/v1/sources/kubernetes?colour=red'],
      ['listProviders', '/v1/providers?colour=red'],
    ] as const) {
      const answer = await get(path);
      expect([path, answer.status]).toEqual([path, 400]);
      expectProblem(operationId, answer, 'invalid-parameter');
    }
  });

  it('with a page token of another call', async () => {
    const { nextPageToken } = pageOf(await get('/v1/tasks?pageSize=1'));
    const answer = await get(`/v1/tasks?pageSize=1&status=FAILED&pageToken=${nextPageToken}`);
    expect(answer.status).toBe(400);
    expectProblem('listTasks', answer, 'invalid-page-token');
  });

  it('with an unknown task or an unknown source', async () => {
    const task = await get('/v1/tasks/server-backups.unknown');
    expect(task.status).toBe(404);
    expectProblem('getTask', task, 'task-not-found');
    const source = await get('/v1/sources/unknown');
    expect(source.status).toBe(404);
    expectProblem('getSource', source, 'source-not-found');
  });

  it('with an id that is too long', async () => {
    const id = 'x'.repeat(600);
    for (const [operationId, path] of [
      ['getTask', `/v1/tasks/${id}`],
      ['getSource', `/v1/sources/${id}`],
    ] as const) {
      const answer = await get(path);
      expect(answer.status).toBe(414);
      expectProblem(operationId, answer, 'bad-request');
    }
  });

  it('when no encoding is acceptable', async () => {
    for (const operationId of [
      'listTasks',
      'getTask',
      'listSources',
      'listProviders',
      'getLiveness',
      'getMetrics',
    ]) {
      const { path } = operationOf(operationId);
      const answer = await get(path, { 'accept-encoding': 'identity;q=0' });
      expect([operationId, answer.status]).toEqual([operationId, 406]);
      expectProblem(operationId, answer, 'not-acceptable');
    }
  });

  it('when nothing could be read', async () => {
    await breakUpstreams(UPSTREAMS);
    const answer = await get('/v1/tasks');
    expect(answer.status).toBe(503);
    expectProblem('listTasks', answer, 'no-source-available');
  });

  it('when nothing could be read in time', async () => {
    const hasty = await another({ deadlineMs: 150 });
    for (const name of UPSTREAMS) await simulator.setFault(name, 'hang');
    await simulator.setFault('iam', 'hang');
    const answer = await get('/v1/tasks', {}, hasty);
    expect(answer.status).toBe(504);
    expectProblem('listTasks', answer, 'no-source-available');
  });

  it('when nothing is cached', async () => {
    const headers = { 'cache-control': 'only-if-cached' };
    const list = await get('/v1/tasks', headers);
    expect(list.status).toBe(504);
    expectProblem('listTasks', list, 'nothing-cached');
    const task = await get('/v1/tasks/server-backups.unknown', headers);
    expect(task.status).toBe(504);
    expectProblem('getTask', task, 'nothing-cached');
  });

  it('when a partial answer is not accepted', async () => {
    let nowMs = Date.now();
    const aging = await another({ clock: () => nowMs });
    const id = pageOf(await get('/v1/tasks?source=server-backups&pageSize=1', {}, aging)).tasks[0]?.id ?? '';
    nowMs += 10 * 60_000;
    await breakUpstreams(['cbr']);
    const strict = { prefer: 'handling=strict' };
    const list = await get('/v1/tasks', strict, aging);
    expect(list.status).toBe(503);
    expectProblem('listTasks', list, 'incomplete-answer');
    const task = await get(`/v1/tasks/${id}`, strict, aging);
    expect(task.status).toBe(503);
    expectProblem('getTask', task, 'incomplete-answer');
  });

  it('when it is not known whether a task exists', async () => {
    await breakUpstreams(['cbr']);
    const answer = await get('/v1/tasks/server-backups.unknown');
    expect(answer.status).toBe(503);
    expectProblem('getTask', answer, 'task-unknown');
  });

  it('when the path is not in the document', async () => {
    for (const { method, path, status, slug, allow } of [
      { method: 'GET', path: '/v1/nothing', status: 404, slug: 'not-found', allow: null },
      { method: 'GET', path: '/v1/tasks/%zz', status: 400, slug: 'bad-request', allow: null },
      { method: 'POST', path: '/v1/tasks', status: 405, slug: 'method-not-allowed', allow: 'GET, HEAD' },
      {
        method: 'DELETE',
        path: '/v1/sources/x',
        status: 405,
        slug: 'method-not-allowed',
        allow: 'GET, HEAD',
      },
    ]) {
      const answer = await ask(`${gateway.url}${path}`, {}, method);
      expect([path, answer.status]).toEqual([path, status]);
      expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(answer.headers.get('x-request-id')).not.toBeNull();
      expect(answer.headers.get('allow')).toBe(allow);
      expect(answer.body).toMatchObject({ type: `/problems/${slug}`, status });
      expect(schemaViolations('Problem', answer.body)).toEqual([]);
    }
  });
});

describe('the parameters', () => {
  it('of the document are those that the gateway accepts', async () => {
    for (const operationId of [
      'listTasks',
      'summarizeTasks',
      'getTask',
      'listSources',
      'getSource',
      'listProviders',
      'listResources',
      'getResource',
      'getProtection',
    ]) {
      const { path, operation } = operationOf(operationId);
      const documented = operation.parameters.filter((parameter) => parameter.in === 'query');
      const url = path.replace('{id}', 'server-backups.x').replace('{source}', 'kubernetes');
      const answer = await get(`${url}?colour=red`);
      const { errors } = answer.body as { errors: readonly { parameter: string; detail: string }[] };
      const names = documented.map(({ name }) => name);
      expect(errors).toEqual([
        {
          parameter: 'colour',
          detail:
            names.length === 0
              ? 'unknown parameter; this call takes none'
              : `unknown parameter; use ${names.join(', ')}`,
        },
      ]);
    }
  });

  it('are accepted one by one', async () => {
    for (const query of [
      'provider=huawei-css',
      'provider=huawei-css&provider=huawei-cbr,huawei-cce',
      'source=kubernetes',
      'status=FAILED,RUNNING',
      'type=BACKUP',
      'trigger=SCHEDULED',
      'hasWarnings=true',
      'resourceId=x',
      'resourceName=x',
      'clusterId=x',
      'createdAfter=2020-01-01T00:00:00Z',
      'createdBefore=2020-01-01T00:00:00Z',
      'endedAfter=2020-01-01T00:00:00Z',
      'endedBefore=2020-01-01T00:00:00Z',
      'orderBy=endTime%20asc',
      'pageSize=3',
      'pageToken=',
      'page=2',
      'include=raw',
    ]) {
      const answer = await get(`/v1/tasks?${query}`);
      expect([query, answer.status, ...invalidFields('listTasks', answer)]).toEqual([query, 200]);
    }
  });
});
