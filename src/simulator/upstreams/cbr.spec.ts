import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CbrRecord } from '../fleet/records.js';
import { startSimulator, type Simulator } from '../simulator.js';
import { ask, type Answer } from '../../../test/support/simulator-client.js';

const PROJECT = '04f1829c788037ac2fb8c01eb2b04b95';
const NOW_MS = Date.UTC(2026, 0, 15, 12);
const HOUR_MS = 60 * 60_000;

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ fleet: 'empty', clock: () => NOW_MS });
});
afterEach(() => simulator.stop());

function log(number: number, changes: Partial<CbrRecord> = {}): CbrRecord {
  const created = NOW_MS - 100 * HOUR_MS + number * HOUR_MS;
  return {
    id: `log-${number}`,
    project_id: PROJECT,
    operation_type: 'backup',
    status: 'success',
    provider_id: '0daac4c5-6707-4851-97ba-169e36266b66',
    vault_id: 'vault-a',
    vault_name: 'servers',
    created_at: created,
    started_at: created - 32,
    updated_at: created + 2000,
    error_info: { code: '', message: '' },
    extra_info: { resource: { id: 'server-1', name: 'ECS-0001', type: 'OS::Nova::Server' } },
    ...changes,
  };
}

function fill(count: number): void {
  simulator.fleet.cbr.add(...Array.from({ length: count }, (_, index) => log(index + 1)));
}

const logs = (query = '', path = 'operation-logs'): Promise<Answer> =>
  ask(`${simulator.urls.cbr}/v3/${PROJECT}/${path}${query}`, {
    headers: { 'x-auth-token': 'example-token' },
  });

interface Page {
  count: number;
  operation_logs: { id: string }[];
  limit?: number;
  offset?: number;
}
async function ids(query: string): Promise<string[]> {
  return ((await logs(query)).json as Page).operation_logs.map(({ id }) => id);
}

describe('operation logs', () => {
  it('counts records from 0', async () => {
    fill(5);
    expect(await ids('?offset=0&limit=2')).toEqual(['log-5', 'log-4']);
    expect(await ids('?offset=4&limit=2')).toEqual(['log-1']);
    expect(await ids('?offset=5&limit=2')).toEqual([]);
  });

  it('serves up to 1000 records when no limit is given, fewer under a cap', async () => {
    fill(1001);
    expect(await ids('')).toHaveLength(1000);
    simulator.settings.cbr.cap = 50;
    expect(await ids('?limit=1000')).toHaveLength(50);
  });

  it('repeats limit and offset and states the total by default', async () => {
    fill(5);
    expect((await logs('?limit=2')).json).toMatchObject({ count: 5, limit: 2, offset: 0 });
    simulator.settings.cbr = { ...simulator.settings.cbr, count: 'page', limitOffset: false };
    const page = (await logs('?limit=2')).json as Page;
    expect([page.count, page.limit, page.offset]).toEqual([2, undefined, undefined]);
  });

  it.each(['?limit=0', '?limit=1001', '?offset=-1', '?start_time=yesterday', '?end_time=2026-01-15'])(
    'rejects %s',
    async (query) => {
      const answer = await logs(query);
      expect(answer.status).toBe(400);
      expect(answer.json).toMatchObject({ error_code: 'BackupService.9900' });
    },
  );

  it.each([
    ['operation_type=restore', { operation_type: 'restore' }],
    ['status=failed', { status: 'failed' }],
    ['provider_id=disks', { provider_id: 'disks' }],
    ['vault_id=vault-b', { vault_id: 'vault-b' }],
    ['vault_name=disks%20%26%20more', { vault_name: 'disks & more' }],
    ['resource_id=r', { extra_info: { resource: { id: 'r', name: '', type: '' } } }],
    ['resource_name=B%C3%BCro', { extra_info: { resource: { id: '', name: 'Büro', type: '' } } }],
  ])('filters by %s', async (query, changes) => {
    fill(2);
    simulator.fleet.cbr.add(log(9, changes));
    expect(await ids(`?${query}`)).toEqual(['log-9']);
  });

  it('filters by created_at, by started_at or not at all', async () => {
    fill(3);
    const second = new Date(NOW_MS - 98 * HOUR_MS).toISOString().replace('.000', '');
    expect(await ids(`?start_time=${second}&end_time=${second}`)).toEqual(['log-2']);
    simulator.settings.cbr.timeFilter = 'started_at';
    expect(await ids(`?start_time=${second}`)).toEqual(['log-3']);
    simulator.settings.cbr.timeFilter = 'none';
    expect(await ids(`?start_time=${second}`)).toHaveLength(3);
  });

  it('finds nothing under another enterprise project, unless that is ignored', async () => {
    fill(1);
    expect(await ids('?enterprise_project_id=all_granted_eps')).toHaveLength(1);
    expect(await ids('?enterprise_project_id=foreign')).toHaveLength(0);
    simulator.settings.cbr.enterpriseProject = 'ignore';
    expect(await ids('?enterprise_project_id=foreign')).toHaveLength(1);
  });

  it('writes times in both documented forms', async () => {
    simulator.fleet.cbr.add(log(100, { created_at: NOW_MS + 39 }));
    expect((await logs()).text).toContain('"created_at":"2026-01-15T12:00:00.039+00:00"');
    simulator.settings.cbr.times = 'zulu';
    expect((await logs()).text).toContain('"created_at":"2026-01-15T12:00:00Z"');
  });

  it('leaves ended_at out while a task is active', async () => {
    fill(1);
    expect((await logs()).text).not.toContain('ended_at');
  });

  it('serves verbatim rows exactly as given and finds them by their fields', async () => {
    const odd = { id: 'odd', status: 'unheard-of', created_at: 17, extra: [null] };
    simulator.fleet.cbr.addVerbatim(odd, NOW_MS);
    simulator.fleet.cbr.addVerbatim('no object at all', NOW_MS - 1);
    expect(((await logs()).json as Page).operation_logs).toEqual([odd, 'no object at all']);
    expect(await ids('?status=unheard-of')).toEqual(['odd']);
  });

  it('shows one record by its id', async () => {
    fill(3);
    expect((await logs('', 'operation-logs/log-2')).json).toMatchObject({ operation_log: { id: 'log-2' } });
    const missing = await logs('', 'operation-logs/log-9');
    expect(missing.status).toBe(404);
    expect(missing.json).toMatchObject({ error_code: 'BackupService.6500' });
  });

  it('lists vaults with their members, in pages', async () => {
    const vault = simulator.fleet.addVault({ id: 'v1', name: 'servers' });
    const server = { id: 'a', type: 'OS::Nova::Server', name: 'erp-01' };
    vault.members.push({ ...server, protectStatus: 'error' });
    simulator.fleet.addVault({ id: 'v2' });
    expect((await logs('?limit=1', 'vaults')).json).toMatchObject({
      count: 2,
      vaults: [{ id: 'v1', name: 'servers', resources: [{ ...server, protect_status: 'error' }] }],
    });
    expect((await logs('?limit=1&offset=1', 'vaults')).json).toMatchObject({ vaults: [{ id: 'v2' }] });
    expect((await logs('?enterprise_project_id=foreign', 'vaults')).json).toMatchObject({ vaults: [] });
    expect((await logs('?offset=-1', 'vaults')).status).toBe(400);
  });

  it('has in its vaults every server that tasks are about, and some of which no task tells', async () => {
    const seeded = await startSimulator({ seed: 3, clock: () => NOW_MS });
    const members = seeded.fleet.vaults.flatMap((vault) => vault.members.map(({ id }) => id));
    const seen = new Set(seeded.fleet.cbr.records.map(({ extra_info }) => extra_info.resource?.id));
    await seeded.stop();
    expect(members).toEqual(expect.arrayContaining([...seen]));
    expect(members.filter((id) => !seen.has(id))).toHaveLength(seeded.fleet.vaults.length);
  });

  it('serves a page of a large feed that changes on every call', async () => {
    fill(12_000);
    simulator.settings.cbr.churn = { insert: 1, remove: 1, removeFrom: 'random' };
    expect(await ids('?offset=6000&limit=1000')).toHaveLength(1000);
    expect(simulator.fleet.cbr.size).toBe(12_000);
  });
});
