import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReadFeed } from '@/model/provider.js';
import { CANARIES } from '@/simulator/canaries.js';
import { FAULT_KINDS } from '@/simulator/faults/fault.js';
import { BENCHES, benchOf } from './benches.js';
import { openWorkplace, rowsOf, type Workplace } from './reading.js';

const ROW_FAULT_KINDS = FAULT_KINDS.filter((kind) => kind.startsWith('rows-'));

const TIME = '2026-06-01T08:00:00Z';
const GO_TIME = '2026-06-01 08:00:00.5 +0000 UTC';

/** By provider, a row with every field that its vendor's pages name, and a field of it that is looked into. */
const DOCUMENTED: Readonly<Record<string, { readonly row: object; readonly inner: string | null }>> = {
  'huawei-css': {
    row: {
      ...{ id: 'full', clusterId: 'cluster-1', createAt: 1656042837000, logPath: 'css/log', status: 'FAIL' },
      ...{ finishedAt: 1656042902250, jobTypes: 'Manual', failedMsg: 'failed', jobId: 'job' },
    },
    inner: null,
  },
  'huawei-cbr': {
    row: {
      ...{ checkpoint_id: 'c', created_at: TIME, ended_at: TIME, id: 'full', operation_type: 'backup' },
      ...{ policy_id: 'p', project_id: 'p', provider_id: 'p', started_at: TIME, status: 'success' },
      ...{ updated_at: TIME, vault_id: 'v', vault_name: 'v', error_info: { code: '', message: '' } },
      extra_info: {
        ...{ backup: { backup_id: 'b', incremental: 'true' }, delete: {}, sync: { sync_backup_num: 1 } },
        ...{ remove_resources: { resources: [] }, replication: {}, restore: {}, vault_delete: {} },
        common: { progress: 100, request_id: 'r', task_id: 't' },
        resource: { extra_info: { exclude_volumes: [] }, id: 'r', name: 'r', type: 'OS::Nova::Server' },
      },
    },
    inner: 'extra_info',
  },
  'huawei-cce': {
    row: {
      ...{ kind: 'SnapshotTask', apiVersion: 'v3.1' },
      metadata: { uid: 'full', creationTimestamp: GO_TIME, updateTimestamp: GO_TIME },
      spec: {
        items: [
          {
            ...{ id: 'i', type: 'master-backup', status: 'Success', creationTimestamp: GO_TIME },
            ...{ updateTimestamp: GO_TIME, message: '' },
          },
        ],
      },
      status: { phase: 'Success', progress: '100', completionTime: GO_TIME },
    },
    inner: 'metadata',
  },
  'oceanbase-ocp': {
    row: {
      ...{ createTime: TIME, modifyTime: TIME, clusterName: 'yc', clusterId: 1000005, obClusterId: 5 },
      ...{ obTenantId: 1001, clusterType: 'PRIMARY', tenantId: 1, tenantName: 't', status: 'RUNNING' },
      ...{ errorMsg: '', backupUri: 'file:///full', checkpoint: TIME, backupMode: 'PHYSICAL_BACKUP' },
      ...{ delay: 77.6421, agentServerIp: 'xxx.xxx.xxx.xxx' },
    },
    inner: null,
  },
};

type Row = Readonly<Record<string, unknown>>;

/** By provider, every word of a row that is mapped: where it stands, and the row with another one there. */
const MAPPED: Readonly<Record<string, readonly [field: string, kind: string, row: (word: string) => Row][]>> =
  {
    'huawei-css': [
      ['status', 'unknownStatus', (status) => ({ status })],
      ['jobTypes', 'unknownTrigger', (jobTypes) => ({ jobTypes })],
    ],
    'huawei-cbr': [
      ['status', 'unknownStatus', (status) => ({ status })],
      ['operation_type', 'unknownType', (operation_type) => ({ operation_type })],
    ],
    'huawei-cce': [
      ['status.phase', 'unknownStatus', (phase) => ({ status: { phase } })],
      ['spec.items[].type', 'unknownType', (type) => ({ spec: { items: [{ type }] } })],
      ['spec.items[].status', 'unknownStatus', (status) => ({ spec: { items: [{ status }] } })],
    ],
    'oceanbase-ocp': [['status', 'unknownStatus', (status) => ({ status })]],
  };

describe.each(Object.keys(BENCHES))('%s', (provider) => {
  const { row, inner } = DOCUMENTED[provider] ?? { row: {}, inner: null };
  let place: Workplace;

  beforeAll(async () => {
    place = await openWorkplace(provider);
  });

  beforeEach(async () => {
    place.stock.fill(0);
    await place.simulator.setFault(benchOf(provider).upstream, null);
  });

  afterAll(async () => {
    await place.close();
  });

  async function read(): Promise<ReadFeed> {
    const { result } = await place.read({});
    rowsOf(result);
    return result as ReadFeed;
  }

  it('knows every field of a row that its vendor documents', async () => {
    place.stock.addVerbatim(row);
    const { rows, truncation, drift, driftExamples } = await read();
    expect([rows.length, truncation, drift, driftExamples]).toEqual([1, null, {}, {}]);
  });

  it('counts a row with fields that are not documented once, and shows the name of one, not its value', async () => {
    place.stock.addVerbatim({ ...row, tape_library: 'secret', robot_arm: 7 });
    const { drift, driftExamples } = await read();
    expect(drift).toEqual({ unknownField: 1 });
    expect(driftExamples).toEqual({ unknownField: { field: 'tape_library', found: 'string' } });
  });

  it.each(MAPPED[provider] ?? [])('counts an unknown word at %s as %s', async (field, kind, change) => {
    place.stock.addVerbatim({ ...row, ...change('ENTANGLED') });
    const { rows, drift, driftExamples } = await read();
    expect([rows.length, drift]).toEqual([1, { [kind]: 1 }]);
    expect(driftExamples).toEqual({ [kind]: { field, found: 'ENTANGLED' } });
  });

  it('looks into the objects that it reads', async () => {
    if (inner === null) return;
    const within = { ...(row as Record<string, object>)[inner], tape_library: null };
    place.stock.addVerbatim({ ...row, [inner]: within });
    expect((await read()).driftExamples).toEqual({
      unknownField: { field: `${inner}.tape_library`, found: 'null' },
    });
  });

  it('says that rows had to be left out, and counts equal ones once', async () => {
    place.stock.fill(5);
    for (const bad of [null, 'text', { tape_library: 1 }, null, { tape_library: 1 }]) {
      place.stock.addVerbatim(bad);
    }
    const { rows, truncation, coveredSince, drift } = await read();
    expect({ rows: rows.length, truncation, coveredSince }).toEqual({
      ...{ rows: 5, truncation: 'MALFORMED', coveredSince: null },
    });
    expect(drift).toEqual({ droppedRow: 3, unknownField: 1 });
  });

  it('fails where it has rows of which nothing identifies any', async () => {
    for (const bad of [null, {}, { uuid: 'x' }]) place.stock.addVerbatim(bad);
    expect((await place.read({})).result).toMatchObject({ failure: { reason: 'MALFORMED' } });
  });

  it.each(ROW_FAULT_KINDS)(
    'shows an example of each kind of drift and no text of the upstream: %s',
    async (kind) => {
      place.stock.fill(40);
      await place.simulator.setFault(benchOf(provider).upstream, kind);
      const { result } = await place.read({});
      if (result.outcome === 'failed') return;
      const { drift, driftExamples } = result;
      expect(Object.keys(driftExamples).sort()).toEqual(Object.keys(drift).sort());
      const text = JSON.stringify(driftExamples);
      expect(text.length).toBeLessThan(1000);
      for (const canary of CANARIES) expect(text).not.toContain(canary);
    },
  );

  it('takes null in place of the list for no rows only where no total says otherwise', async () => {
    const { upstream } = benchOf(provider);
    await place.simulator.setFault(upstream, 'list-null');
    expect(await read()).toMatchObject({ rows: [], truncation: null });
    place.stock.fill(5);
    const { result } = await place.read({});
    expect(result).toMatchObject(
      upstream === 'cce' ? { rows: [] } : { outcome: 'failed', failure: { reason: 'MALFORMED' } },
    );
  });
});
