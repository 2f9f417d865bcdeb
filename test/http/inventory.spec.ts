import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NO_PROTECTION, type Expectation } from '@/model/expectation.js';
import type { SourceConfig } from '@/model/source.js';
import { authWith, keyOf } from '../support/keys.js';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { ask, type Answer } from '../support/http.js';

const HOUR_MS = 3_600_000;
const VAULTS = 'sources/server-backups/feeds/vaults';

const SERVERS: Expectation = {
  name: 'servers',
  match: { source: ['server-backups'] },
  rhythm: { kind: 'every', everyMs: 200 * HOUR_MS, graceMs: 2 * HOUR_MS },
  taskTypes: ['BACKUP'],
  failuresInARow: null,
  maxDurationMs: null,
  warningsCountAs: 'success',
  maxBlindMs: 2 * HOUR_MS,
};
const STREAMS: Expectation = {
  ...SERVERS,
  name: 'streams',
  match: { source: ['oceanbase'], type: ['oceanbase-tenant'] },
  rhythm: { kind: 'continuous', lagBelowMs: HOUR_MS },
  taskTypes: ['CONTINUOUS_LOG_BACKUP'],
};
const PROTECTION = { ...NO_PROTECTION, expectations: [SERVERS, STREAMS] };

interface Resource {
  readonly id: string;
  readonly name: string | null;
  readonly verdict: string;
  readonly taskCount: number;
}
interface Page {
  readonly resources: readonly Resource[];
  readonly unreachable: readonly string[];
  readonly completeness: { readonly complete: boolean };
}

function withInventories(sources: readonly SourceConfig[]): SourceConfig[] {
  const providers = ['huawei-cbr', 'oceanbase-ocp'];
  return sources.map((source) => ({ ...source, hasInventory: providers.includes(source.provider) }));
}

let simulator: Simulator;
let gateway: RunningGateway;
beforeAll(async () => {
  simulator = await startSimulator({ seed: 11, life: { rate: 0 } });
  const reading = { scopes: ['tasks:read', 'sources:read', 'sources:refresh'] as const };
  gateway = await startGateway(simulator, {
    sources: withInventories,
    protection: PROTECTION,
    auth: authWith([
      { id: 'all', ...reading, sources: null },
      { id: 'logs', ...reading, sources: ['search-logs'] },
    ]),
  });
});
afterEach(() => simulator.setFault('cbr', null));
afterAll(async () => {
  await gateway.stop();
  await simulator.stop();
});

interface Asking {
  readonly key?: string;
  readonly cacheControl?: string;
}

const get = (path: string, { key = 'all', cacheControl = 'max-age=3600' }: Asking = {}): Promise<Answer> =>
  ask(gateway.url + path, { 'x-api-key': keyOf(key), 'cache-control': cacheControl });
const list = async (query: string, asking?: Asking): Promise<Page> =>
  (await get(`/v1/resources?pageSize=1000&${query}`, asking)).body as Page;
const forced = { cacheControl: 'no-cache' };

function verdictsOf({ resources }: Page): Record<string, string> {
  return Object.fromEntries(resources.map(({ id, verdict }) => [id, verdict]));
}

describe('an inventory', () => {
  it('is asked for by questions about resources only', async () => {
    await get('/v1/tasks');
    await get('/v1/tasks/summary');
    await get('/v1/tasks/server-backups.unknown');
    expect(simulator.calls.count('cbr', 'vaults')).toBe(0);
    await list('');
    expect(simulator.calls.count('cbr', 'vaults')).toBeGreaterThan(0);
  });

  it('shows members that were never backed up, which break the rule that expects them', async () => {
    const { resources, unreachable } = await list('name=added-today&source=server-backups');
    expect(unreachable).toEqual([]);
    expect(resources).toHaveLength(simulator.fleet.vaults.length);
    for (const resource of resources) {
      expect(resource).toMatchObject({
        source: 'server-backups',
        verdict: 'VIOLATED',
        reasons: [{ code: 'NEVER_RUN' }],
        expectation: 'servers',
        taskCount: 0,
      });
      const one = await get(`/v1/resources/${resource.id}`);
      expect([one.status, one.body]).toMatchObject([200, { id: resource.id, verdict: 'VIOLATED' }]);
    }
  });

  it('shows tenants in their clusters, one with those that tasks are about', async () => {
    const { resources } = await list('type=oceanbase-tenant');
    const tenants = simulator.fleet.ocp.flatMap((cluster) => cluster.tenants);
    const ids = resources.map((each) => (each as unknown as { resourceId: string }).resourceId);
    expect(ids.sort()).toEqual(tenants.map(({ id }) => String(id)).sort());
    expect(resources.filter(({ taskCount }) => taskCount === 0)).toMatchObject([
      {
        name: 'added-today',
        cluster: { id: '1000005' },
        verdict: 'VIOLATED',
        reasons: [{ code: 'NEVER_RUN' }],
        evidence: { feeds: ['sources/oceanbase/feeds/1000005'] },
      },
    ]);
  });

  it('is one with what tasks are about', async () => {
    const { resources } = await list('source=server-backups');
    const members = simulator.fleet.vaults.flatMap((vault) => vault.members.map(({ id }) => id)).sort();
    expect(resources.map((each) => (each as unknown as { resourceId: string }).resourceId).sort()).toEqual(
      members,
    );
    expect(resources.filter(({ taskCount }) => taskCount > 0).length).toBeGreaterThan(10);
  });

  it('that cannot be read is named, keeps what it told and makes no verdict worse', async () => {
    const before = await list('source=server-backups');
    await simulator.setFault('cbr', { kind: 'forbidden', only: 'vaults' });
    const page = await list('source=server-backups', forced);
    expect(page).toMatchObject({
      unreachable: [VAULTS],
      completeness: {
        complete: false,
        problems: [{ feed: VAULTS, state: 'STALE', reason: 'FORBIDDEN' }],
      },
    });
    expect(verdictsOf(page)).toEqual(verdictsOf(before));
    const protection = (await get('/v1/protection', forced)).body;
    expect(protection).toMatchObject({ unreachable: [VAULTS], completeness: { complete: false } });
    const tasks = (await get('/v1/tasks?source=server-backups', forced)).body;
    expect(tasks).toMatchObject({ unreachable: [], completeness: { complete: true, problems: [] } });
    const unknown = await get('/v1/resources/server-backups.x.y', forced);
    expect(unknown).toMatchObject({ status: 503, body: { type: '/problems/resource-unknown' } });
  });

  it('that can be read again is whole again', async () => {
    await simulator.setFault('cbr', { kind: 'error-500', only: 'vaults' });
    expect((await list('source=server-backups', forced)).unreachable).toEqual([VAULTS]);
    await simulator.setFault('cbr', null);
    while ((await list('source=server-backups', forced)).unreachable.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await get('/v1/resources/server-backups.x.y')).toMatchObject({ status: 404 });
  });

  it('is shown among the feeds of its source', async () => {
    const { body } = await get('/v1/sources/server-backups');
    expect((body as { feeds: object[] }).feeds).toMatchObject([
      { name: 'sources/server-backups/feeds/operation-logs', resourceCount: null },
      {
        name: VAULTS,
        state: 'FRESH',
        taskCount: null,
        resourceCount: simulator.fleet.vaults.flatMap(({ members }) => members).length,
        coveredSince: null,
      },
    ]);
  });

  it('of a source that a caller does not see does not exist for it', async () => {
    await simulator.setFault('cbr', { kind: 'forbidden', only: 'vaults' });
    const calls = simulator.calls.count('cbr', 'vaults');
    for (const path of ['/v1/resources?pageSize=1000', '/v1/protection', '/v1/sources']) {
      const { status, text } = await get(path, { key: 'logs', ...forced });
      expect(status).toBe(200);
      expect(text).not.toMatch(/server-backups|vaults|added-today/);
    }
    expect(simulator.calls.count('cbr', 'vaults')).toBe(calls);
  });
});

describe('an inventory that was never read', () => {
  it('leaves tasks and their resources as they are', async () => {
    await simulator.setFault('cbr', { kind: 'forbidden', only: 'vaults' });
    const fresh = await startGateway(simulator, {
      sources: withInventories,
      protection: PROTECTION,
      auth: 'none',
    });
    try {
      const page = (await ask(`${fresh.url}/v1/resources?pageSize=1000&source=server-backups`)).body as Page;
      expect(page.unreachable).toEqual([VAULTS]);
      expect(page.resources.length).toBeGreaterThan(10);
      expect(page.resources.map(({ verdict }) => verdict)).not.toContain('UNKNOWN');
      const [known] = page.resources;
      expect(await ask(`${fresh.url}/v1/resources/${known?.id ?? ''}`)).toMatchObject({ status: 200 });
      expect(await ask(`${fresh.url}/v1/resources/server-backups.x.y`)).toMatchObject({ status: 503 });
      expect((await ask(`${fresh.url}/v1/tasks?source=server-backups`)).body).toMatchObject({
        completeness: { complete: true },
      });
    } finally {
      await fresh.stop();
    }
  });
});
