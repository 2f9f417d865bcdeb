import { describe, expect, it } from 'vitest';
import type { InventoryRead } from '@/model/provider.js';
import { SYSTEM_CLOCK } from '@/model/clock.js';
import { UpstreamError } from '@/upstream/upstream-error.js';
import { CONTEXT, failed, FakeClients, sourceWith } from '../../../test/support/reading.js';
import { HuaweiCbrProvider } from './huawei-cbr.module.js';

const SOURCE = sourceWith({ provider: 'huawei-cbr' });
const ERP = { id: 'a', type: 'OS::Nova::Server', name: 'erp-01', protect_status: 'available' };
const MAIL = { id: 'b', type: 'OS::Nova::Server', name: 'mail-01', protect_status: 'error' };
const DATA = { id: 'a', type: 'OS::Cinder::Volume', name: 'erp-01-data', protect_status: 'removing' };

function read(vaults: readonly unknown[], clients = pagesOf(vaults)): Promise<InventoryRead | undefined> {
  const { inventory } = new HuaweiCbrProvider(clients, SYSTEM_CLOCK).connect(SOURCE);
  return Promise.resolve(inventory?.read(CONTEXT));
}

function pagesOf(vaults: readonly unknown[]): FakeClients {
  return new FakeClients(({ query }) => ({
    vaults: vaults.slice(Number(query?.offset ?? 0)),
    count: vaults.length,
  }));
}

function shown({ type, id, name }: typeof ERP): object {
  return { type, id, name, cluster: null };
}

describe('the inventory of CBR', () => {
  it('has the members of all vaults, whatever their state, each once', async () => {
    const vaults = [
      { id: 'v1', resources: [ERP, MAIL] },
      { id: 'v2', resources: [DATA, ERP] },
      { id: 'v3', resources: [] },
    ];
    expect(await read(vaults)).toEqual({
      outcome: 'read',
      members: [DATA, ERP, MAIL].map(shown),
      truncation: null,
      drift: {},
      driftExamples: {},
    });
  });

  it('is asked for by project and enterprise project', async () => {
    const clients = pagesOf([{ id: 'v1', resources: [ERP] }]);
    await read([], clients);
    expect(clients.requests).toEqual([
      { path: '/v3/p/vaults', query: { enterprise_project_id: 'all_granted_eps', limit: 100 } },
      { path: '/v3/p/vaults', query: { enterprise_project_id: 'all_granted_eps', limit: 100, offset: 1 } },
    ]);
  });

  it.each([
    [{ id: 'v2' }, null],
    [{ id: 'v2', resources: null }, null],
    [{ id: 'v2', resources: 'none' }, 'MALFORMED'],
    [{ id: 'v2', resources: [null] }, 'MALFORMED'],
    [{ id: 'v2', resources: [{ name: 'no id' }] }, 'MALFORMED'],
    ['v2', 'MALFORMED'],
    [null, 'MALFORMED'],
  ])('of %j beside a good vault has the members of that one: %s', async (vault, truncation) => {
    expect(await read([{ id: 'v1', resources: [ERP] }, vault])).toMatchObject({
      members: [shown(ERP)],
      truncation,
      drift: truncation === null ? {} : { droppedRow: 1 },
    });
  });

  it('is empty where there are no vaults', async () => {
    expect(await read([])).toMatchObject({ outcome: 'read', members: [], truncation: null });
  });

  it.each([{}, { vaults: 'none' }, [], null])('cannot be read from %j', async (body) => {
    expect(await read([], new FakeClients(() => body))).toEqual(failed('MALFORMED'));
  });

  it('fails with the reason of a call that fails', async () => {
    expect(await read([], new FakeClients(() => new UpstreamError('FORBIDDEN')))).toEqual(
      failed('FORBIDDEN'),
    );
  });
});
