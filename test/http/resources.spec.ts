import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_PROTECTION, type Expectation } from '@/model/expectation.js';
import { authWith, keyOf } from '../support/keys.js';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { ask, type Answer } from '../support/http.js';

const HOUR_MS = 3_600_000;

const RULE: Expectation = {
  name: 'servers',
  match: { source: ['server-backups'], type: ['OS::Nova::Server'] },
  rhythm: { kind: 'every', everyMs: 72 * HOUR_MS, graceMs: 2 * HOUR_MS },
  taskTypes: ['BACKUP'],
  failuresInARow: null,
  maxDurationMs: null,
  warningsCountAs: 'success',
  maxBlindMs: HOUR_MS,
};
const PROTECTION = {
  ...NO_PROTECTION,
  expectations: [
    RULE,
    { ...RULE, name: 'shadowed', match: { source: ['server-backups'], type: ['OS::Nova::*'] } },
    { ...RULE, name: 'idle', match: { source: ['kubernetes'], name: ['no-such-cluster'] } },
    { ...RULE, name: 'logs', match: { source: ['search-logs'] }, taskTypes: ['LOG_BACKUP'] as const },
    { ...RULE, name: 'everywhere', match: { name: ['no-such-name'] } },
  ],
  resources: [{ source: 'server-backups', type: 'OS::Nova::Server', id: 'never-seen', name: 'billing-db' }],
  exclusions: [{ match: { source: ['kubernetes'] }, reason: 'by hand', untilMs: null }],
};

interface Resource {
  readonly id: string;
  readonly source: string;
  readonly name: string | null;
  readonly verdict: string;
  readonly reasons: readonly { code: string; message: string }[];
  readonly expectation: string | null;
  readonly lastSuccessTime: string | null;
  readonly lastSuccessTask: string | null;
  readonly days?: readonly { date: string; state: string }[];
}

interface Page {
  readonly resources: readonly Resource[];
  readonly nextPageToken: string;
  readonly totalSize: number;
  readonly asOf: string;
  readonly unreachable: readonly string[];
}

let simulator: Simulator;
let gateway: RunningGateway;
beforeAll(async () => {
  simulator = await startSimulator({ seed: 11, life: { rate: 0 } });
  const everything = { scopes: ['tasks:read'] as const, sources: null };
  gateway = await startGateway(simulator, {
    protection: PROTECTION,
    auth: authWith([
      { id: 'all', ...everything },
      { id: 'logs', scopes: ['tasks:read'], sources: ['search-logs'] },
    ]),
  });
});
afterAll(async () => {
  await gateway.stop();
  await simulator.stop();
});

const get = (path: string, key = 'all'): Promise<Answer> =>
  ask(gateway.url + path, { 'x-api-key': keyOf(key) });
const list = async (query: string, key?: string): Promise<Page> =>
  (await get(`/v1/resources?${query}`, key)).body as Page;

async function walk(query: string): Promise<Resource[]> {
  const found: Resource[] = [];
  for (let token = ''; ;) {
    const page = await list(`${query}&pageToken=${token}`);
    found.push(...page.resources);
    token = page.nextPageToken;
    if (token === '') return found;
    expect(found.length).toBeLessThan(1000);
  }
}

describe('GET /v1/resources', () => {
  it('lists what tasks, lists of clusters and the configuration tell of, the worst first', async () => {
    const { resources, totalSize, unreachable } = await list('pageSize=1000');
    expect(totalSize).toBe(resources.length);
    expect(unreachable).toEqual([]);
    const clusters = simulator.fleet.css.map(({ id }) => `search-logs.css-cluster.${id}`);
    const ids = resources.map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining([...clusters, 'server-backups.OS~3a~3aNova~3a~3aServer.never-seen']),
    );
    expect(new Set(ids).size).toBe(ids.length);
    const ranks = resources.map(({ verdict }) =>
      ['VIOLATED', 'UNKNOWN', 'OK', 'NOT_EXPECTED'].indexOf(verdict),
    );
    expect(ranks).toEqual([...ranks].sort());
    expect(ranks).not.toContain(-1);
  });

  it('says why, in a sentence', async () => {
    const { resources } = await list('resourceId=never-seen');
    expect(resources).toMatchObject([
      { name: 'billing-db', verdict: 'VIOLATED', expectation: 'servers', reasons: [{ code: 'NEVER_RUN' }] },
    ]);
    expect(resources[0]?.reasons[0]?.message).toMatch(/^No success is known; .+\.$/);
    const excluded = await list('source=kubernetes');
    expect(excluded.totalSize).toBeGreaterThan(0);
    for (const { verdict, reasons } of excluded.resources) {
      expect([verdict, reasons[0]?.code]).toEqual(['NOT_EXPECTED', 'EXCLUDED']);
    }
  });

  it.each(['verdict', 'name', 'lastSuccessTime asc', 'lastSuccessTime desc'])(
    'pages along %s by tokens and by numbers as one list',
    async (order) => {
      const orderBy = `orderBy=${encodeURIComponent(order)}`;
      const whole = (await list(`${orderBy}&pageSize=1000`)).resources.map(({ id }) => id);
      expect((await walk(`${orderBy}&pageSize=3`)).map(({ id }) => id)).toEqual(whole);
      const second = await list(`${orderBy}&pageSize=4&page=2`);
      expect(second.resources.map(({ id }) => id)).toEqual(whole.slice(4, 8));
      expect(second.totalSize).toBe(whole.length);
    },
  );

  it('orders by the last success, and what has none comes last in both directions', async () => {
    for (const direction of ['asc', 'desc'] as const) {
      const times = (await walk(`orderBy=lastSuccessTime%20${direction}&pageSize=100`)).map(
        (each) => each.lastSuccessTime,
      );
      const known = times.filter((time) => time !== null);
      expect(times.slice(known.length).every((time) => time === null)).toBe(true);
      expect(known).toEqual(direction === 'asc' ? [...known].sort() : [...known].sort().reverse());
    }
  });

  it('filters, and the counts of verdicts agree with the lists', async () => {
    const { total, bySource, byExpectation } = (await get('/v1/protection')).body as Protection;
    for (const [verdict, count] of Object.entries(total)) {
      expect([verdict, (await list(`verdict=${verdict}&pageSize=0`)).totalSize]).toEqual([verdict, count]);
    }
    for (const [source, counts] of Object.entries(bySource)) {
      expect((await list(`source=${source}`)).totalSize).toBe(sum(counts));
    }
    // Those without resources too.
    expect(Object.keys(byExpectation)).toEqual(['everywhere', 'idle', 'logs', 'servers', 'shadowed']);
    for (const [name, counts] of Object.entries(byExpectation)) {
      expect((await list(`expectation=${name}`)).totalSize).toBe(sum(counts));
    }
    const named = await list('name=BILLING');
    expect(named.resources.map(({ name }) => name)).toEqual(['billing-db']);
    expect((await list('type=css-cluster')).totalSize).toBe(simulator.fleet.css.length);
    expect((await list('reason=EXCLUDED')).totalSize).toBe((await list('source=kubernetes')).totalSize);
  });

  it('names the last success so that it can be looked up', async () => {
    const resource = (await list('verdict=OK&pageSize=1')).resources[0];
    const task = (await get(`/v1/tasks/${resource?.lastSuccessTask ?? ''}`)).body;
    expect(task).toMatchObject({ status: 'SUCCEEDED', endTime: resource?.lastSuccessTime });
  });

  it('shows days with include=days, oldest first', async () => {
    const { resources } = await list('include=days&days=3&timeZone=Europe/Berlin&pageSize=2');
    for (const { days = [] } of resources) {
      expect(days).toHaveLength(3);
      const dates = days.map(({ date }) => date);
      expect(dates).toEqual([...dates].sort());
    }
    expect((await list('pageSize=1')).resources[0]).not.toHaveProperty('days');
  });

  it.each([
    ['asOf=2999-01-01T00:00:00Z', 'asOf'],
    ['days=91', 'days'],
    ['days=0', 'days'],
    ['timeZone=Mars', 'timeZone'],
    ['days=7', 'days'],
    ['timeZone=UTC', 'timeZone'],
    ['verdict=FINE', 'verdict'],
    ['reason=LATE', 'reason'],
    ['source=nowhere', 'source'],
    ['expectation=nope', 'expectation'],
    ['expectation=servers,nope', 'expectation'],
    ['page=1&pageToken=x', 'page'],
    ['orderBy=age', 'orderBy'],
    ['colour=red', 'colour'],
  ])('answers %s with a 400 that names %s', async (query, parameter) => {
    const { status, body } = await get(`/v1/resources?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ type: '/problems/invalid-parameter', errors: [{ parameter }] });
  });

  it('takes a page token only for the same question', async () => {
    const { nextPageToken } = await list('pageSize=1');
    for (const query of [
      `orderBy=name&pageToken=${nextPageToken}`,
      `asOf=2026-01-01T00:00:00Z&pageToken=${nextPageToken}`,
    ]) {
      const { status, body } = await get(`/v1/resources?${query}`);
      expect([status, body]).toMatchObject([400, { type: '/problems/invalid-page-token' }]);
    }
    const tasks = await get(`/v1/tasks?pageToken=${nextPageToken}`);
    expect(tasks.status).toBe(400);
  });

  it('judges a past time by what had ended then', async () => {
    const [now] = (await list('verdict=OK&source=server-backups&pageSize=1')).resources;
    const before = new Date(Date.parse(now?.lastSuccessTime ?? '') - 1).toISOString();
    const then = (await get(`/v1/resources/${now?.id ?? ''}?asOf=${before}`)).body as Resource;
    expect(then.lastSuccessTime === null || then.lastSuccessTime <= before).toBe(true);
  });
});

interface Protection {
  readonly total: Record<string, number>;
  readonly bySource: Record<string, Record<string, number>>;
  readonly byExpectation: Record<string, Record<string, number>>;
  readonly warnings: readonly { field: string; message: string }[];
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, each) => total + each, 0);
}

describe('GET /v1/resources/{id}', () => {
  it('gives the resource as the list has it', async () => {
    const [first] = (await list('pageSize=1')).resources;
    const { status, body } = await get(`/v1/resources/${first?.id ?? ''}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: first?.id, verdict: first?.verdict });
  });

  it('takes days and timeZone only with include=days', async () => {
    const { body } = await get('/v1/resources/nowhere.x.y?days=7&timeZone=UTC');
    const detail = (name: string): string => `${name} has no meaning without include=days; add include=days`;
    expect(body).toMatchObject({
      type: '/problems/invalid-parameter',
      errors: ['days', 'timeZone'].map((parameter) => ({ parameter, detail: detail(parameter) })),
    });
  });

  it.each(['nothing', 'server-backups.x.y', 'nowhere.x.y'])('answers %s with a 404', async (id) => {
    expect(await get(`/v1/resources/${id}`)).toMatchObject({
      status: 404,
      body: { type: '/problems/resource-not-found' },
    });
  });
});

describe('GET /v1/protection', () => {
  it('warns of rules that have no effect, here and in the log', async () => {
    const { warnings } = (await get('/v1/protection')).body as Protection;
    expect(warnings).toEqual([
      {
        field: 'expectations[1]',
        message:
          'The expectation "shadowed" is never used: earlier ones, such as "servers", match all its resources.',
      },
      { field: 'expectations[2]', message: 'The expectation "idle" matches no known resource.' },
      { field: 'expectations[4]', message: 'The expectation "everywhere" matches no known resource.' },
    ]);
    await get('/v1/protection');
    expect(gateway.log.filter((line) => line.includes('"idle\\" matches'))).toHaveLength(1);
  });

  it('tells a caller nothing of sources that it does not see', async () => {
    const { body, text } = await get('/v1/protection', 'logs');
    expect(Object.keys((body as Protection).bySource)).toEqual(['search-logs']);
    expect(body).toMatchObject({ warnings: [], total: { UNKNOWN: 0 } });
    // A rule that names no source is about theirs too.
    expect(Object.keys((body as Protection).byExpectation)).toEqual(['everywhere', 'logs']);
    expect(text).not.toMatch(/server|kubernetes|ocean/);
    const { resources } = await list('pageSize=1000', 'logs');
    expect(new Set(resources.map(({ source }) => source))).toEqual(new Set(['search-logs']));
    const foreign = (await list('source=server-backups&pageSize=1')).resources[0]?.id ?? '';
    const unseen = await get(`/v1/resources/${foreign}`, 'logs');
    const unknown = await get('/v1/resources/nowhere.x.y', 'logs');
    const own = { instance: '', requestId: '' };
    expect({ ...(unseen.body as object), ...own }).toEqual({ ...(unknown.body as object), ...own });
    expect((await get('/v1/resources?source=server-backups', 'logs')).status).toBe(400);
  });

  it('takes the expectation of an unseen source as one that does not exist', async () => {
    const complaint = async (name: string, key: string): Promise<unknown> =>
      ((await get(`/v1/resources?expectation=${name}`, key)).body as { errors?: unknown }).errors;
    const error = (name: string, advice: string): object[] => [
      { parameter: 'expectation', detail: `no expectation is named "${name}"; use ${advice}` },
    ];
    expect(await complaint('nope', 'all')).toEqual(
      error('nope', 'servers, shadowed, idle, logs, everywhere'),
    );
    expect(await complaint('nope', 'logs')).toEqual(error('nope', 'logs, everywhere'));
    expect(await complaint('idle', 'logs')).toEqual(error('idle', 'logs, everywhere'));
    for (const name of ['logs', 'everywhere']) expect(await complaint(name, 'logs')).toBeUndefined();
  });
});

describe('the headers of answers with verdicts', () => {
  const PATHS = ['/v1/resources?pageSize=1', '/v1/protection', '/v1/resources/{id}'] as const;

  it.each(PATHS)(
    'of %s tell what was honoured, where more is, and how old the snapshots are',
    async (path) => {
      const first = (await list('pageSize=1')).resources[0]?.id ?? '';
      const { headers } = await ask(gateway.url + path.replace('{id}', first), {
        'x-api-key': keyOf('all'),
        prefer: 'wait=1, handling=strict',
      });
      // A partial answer is a 200 all the same.
      expect(headers.get('preference-applied')).toBe('wait=1');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('etag')).toBeNull();
      expect(headers.get('server-timing')).toMatch(/^feeds;dur=\d/);
      expect(headers.get('cache-status')).toMatch(/^tributary; (hit; ttl=|fwd=stale)/);
      expect(headers.get('age')).toMatch(/^\d+$/);
      expect(headers.get('link')).toContain('</openapi.json>; rel="service-desc"');
    },
  );

  it('lead along the pages', async () => {
    const found: string[] = [];
    for (let path: string | undefined = '/v1/resources?pageSize=20&orderBy=name'; path !== undefined;) {
      const { headers, body } = await get(path);
      found.push(...(body as Page).resources.map(({ id }) => id));
      const link = headers.get('link') ?? '';
      expect(link).toContain('</v1/resources?pageSize=20&orderBy=name>; rel="first"');
      path = /<([^>]*)>; rel="next"/.exec(link)?.[1];
    }
    const { resources } = await list('pageSize=1000&orderBy=name');
    expect(found).toEqual(resources.map(({ id }) => id));
  });
});

describe('with an upstream that fails', () => {
  it('answers 200, and nothing of it is OK', async () => {
    const broken = await startSimulator({ seed: 11, life: { rate: 0 } });
    await broken.setFault('cbr', 'refuse');
    const other = await startGateway(broken, { protection: PROTECTION, auth: 'none', deadlineMs: 2_000 });
    try {
      const { status, body } = await ask(`${other.url}/v1/resources?source=server-backups`);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        unreachable: ['sources/server-backups/feeds/operation-logs'],
        completeness: { complete: false },
        resources: [{ name: 'billing-db', verdict: 'UNKNOWN', reasons: [{ code: 'SOURCE_UNREADABLE' }] }],
      });
      expect(await ask(`${other.url}/v1/resources/server-backups.x.y`)).toMatchObject({
        status: 503,
        body: { type: '/problems/resource-unknown' },
      });
      expect((await ask(`${other.url}/v1/protection`)).body).toMatchObject({
        bySource: { 'server-backups': { OK: 0, VIOLATED: 0, UNKNOWN: 1 } },
        warnings: [],
      });
    } finally {
      await other.stop();
      await broken.stop();
    }
  });
});
