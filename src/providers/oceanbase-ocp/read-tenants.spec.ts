import { describe, expect, it } from 'vitest';
import type { InventoryRead } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import type { UpstreamRequest } from '@/upstream/upstream-client.js';
import { UpstreamError } from '@/upstream/upstream-error.js';
import { CONTEXT, failed, FakeClients, sourceWith } from '../../../test/support/reading.js';
import { OceanbaseOcpProvider } from './oceanbase-ocp.module.js';

const TWO = [
  { id: '1', name: 'main' },
  { id: '2', name: null },
];

function page(contents: readonly unknown[]): object {
  return { data: { contents, page: { totalElements: contents.length, totalPages: 1 } }, successful: true };
}

/** Answers the first page of each list, by its path; each later page is empty. */
function pagesOf(lists: Readonly<Record<string, readonly unknown[]>>): FakeClients {
  return new FakeClients(({ path, query }: UpstreamRequest) =>
    page(query?.page === 1 ? (lists[path] ?? []) : []),
  );
}

function read(clients: FakeClients, changes: Partial<SourceConfig> = {}): Promise<InventoryRead | undefined> {
  const source = sourceWith({ provider: 'oceanbase-ocp', clusters: TWO, ...changes });
  return Promise.resolve(new OceanbaseOcpProvider(clients).connect(source).inventory?.read(CONTEXT));
}

const tenants = (cluster: string): string => `/api/v2/ob/clusters/${cluster}/tenants`;
const member = (id: string, name: string | null, cluster = TWO[0]): object => ({
  ...{ type: 'oceanbase-tenant', id, name, cluster },
});

describe('the inventory of OCP', () => {
  it('has the tenants of the configured clusters by the id that their log backups have', async () => {
    const clients = pagesOf({
      [tenants('1')]: [{ id: 100, obTenantId: 1001, name: 'sys', clusterId: 1 }],
      [tenants('2')]: [{ id: '200', obTenantId: 1001 }],
    });
    expect(await read(clients)).toEqual({
      outcome: 'read',
      members: [member('100', 'sys'), member('200', null, TWO[1])],
      truncation: null,
      drift: {},
      driftExamples: {},
    });
    expect(new Set(clients.requests.map(({ path }) => path))).toEqual(new Set([tenants('1'), tenants('2')]));
  });

  it('has those of the clusters that are found where none is configured', async () => {
    const clients = pagesOf({
      '/api/v2/ob/clusters': [{ id: 7, name: 'found' }],
      [tenants('7')]: [{ id: 100, name: 'pay' }],
    });
    expect(await read(clients, { clusters: null })).toMatchObject({
      members: [member('100', 'pay', { id: '7', name: 'found' })],
    });
  });

  it('has a tenant that two clusters list once, as one of the first cluster', async () => {
    const row = { id: 100, name: 'pay' };
    for (const clusters of [TWO, TWO.toReversed()]) {
      const result = await read(pagesOf({ [tenants('1')]: [row], [tenants('2')]: [row] }), { clusters });
      expect(result).toMatchObject({ members: [member('100', 'pay')] });
    }
  });

  it('is not whole where clusters are missing, or tenants without an id', async () => {
    const found = {
      '/api/v2/ob/clusters': [{ id: 7 }, { id: 8 }],
      [tenants('7')]: [{ id: 100, name: 'pay' }],
    };
    const discovery = { exclude: [], maxClusters: 1 };
    expect(await read(pagesOf(found), { clusters: null, discovery })).toMatchObject({ truncation: 'LIMIT' });
    const odd = { ...found, '/api/v2/ob/clusters': [{ id: 7 }, {}] };
    expect(await read(pagesOf(odd), { clusters: null })).toMatchObject({ truncation: 'MALFORMED' });
    const lists = { [tenants('1')]: [{ id: 100, name: 'pay' }, { name: 'no id' }] };
    expect(await read(pagesOf(lists))).toMatchObject({
      members: [member('100', 'pay')],
      truncation: 'MALFORMED',
      drift: { droppedRow: 1 },
    });
  });

  it('fails as a whole where the tenants of one cluster cannot be read', async () => {
    const clients = new FakeClients(({ path }) =>
      path === tenants('2') ? new UpstreamError('FORBIDDEN') : page([]),
    );
    expect(await read(clients)).toEqual(failed('FORBIDDEN'));
  });
});
