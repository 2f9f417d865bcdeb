import { product } from './product.mjs';

const { JsonText } = await product('model/json-text.js');
const { compareRows } = await product('model/change.js');
const { COVERED_SINCE_EVER } = await product('model/provider.js');
const { normaliseRows } = await product('upstream/records/normalised-rows.js');
const { normalise: normaliseCss, CLUSTER_TYPE: CSS_CLUSTER } = await product(
  'providers/huawei-css/normalise.js',
);
const { normalise: normaliseCbr } = await product('providers/huawei-cbr/normalise.js');
const { normalise: normaliseOcp, CLUSTER_TYPE: OCP_CLUSTER } = await product(
  'providers/oceanbase-ocp/normalise.js',
);

/** The newest task of all is of this moment. */
export const NOW_MS = Date.UTC(2026, 10, 1);
const DAYS_MS = 30 * 86_400_000;

/**
 * What upstreams list. CSS and OCP have a feed for each cluster of one source, CBR one for each source. `changed` is a
 * record at a later read: its creation is as it was, so that it moves in no usual list.
 */
const KINDS = {
  css: {
    ...{ provider: 'huawei-css', clusterType: CSS_CLUSTER, normalise: normaliseCss },
    source: () => 'search-logs',
    key: (number) => `4213d908-f5dc-4633-8401-${padded(number)}`,
    record: cssRecord,
    changed: (record, turn) => ({ ...record, finishedAt: record.createAt + 61_000 + turn }),
  },
  ocp: {
    ...{ provider: 'oceanbase-ocp', clusterType: OCP_CLUSTER, normalise: normaliseOcp },
    source: () => 'oceanbase',
    key: (number) => String(1_000_000 + number),
    record: ocpRecord,
    changed: (record, turn) => ({
      ...record,
      delay: turn % 100,
      checkpoint: new Date(NOW_MS + turn * 1000).toISOString(),
    }),
  },
  cbr: {
    ...{ provider: 'huawei-cbr', clusterType: null, normalise: normaliseCbr },
    source: (number) => `server-backups-${number}`,
    key: () => 'operation-logs',
    record: cbrRecord,
    changed: (record, turn) => ({
      ...record,
      updated_at: new Date(Date.parse(record.created_at) + 1_300_000 + turn).toISOString(),
    }),
  },
};

/** One feed as it is first read. With `resources` its tasks are about so many, else each stream is of another tenant. */
export function makeFeed(number, { kind: name, rows, resources = null }) {
  const kind = KINDS[name];
  const source = { id: kind.source(number), provider: kind.provider, ...PLACE };
  const key = kind.key(number);
  const cluster = kind.clusterType === null ? null : { id: key, name: `cluster-${number}` };
  const feed = { name: `sources/${source.id}/feeds/${key}`, provider: source.provider, source: source.id };
  return { kind, source, feed: { ...feed, key, cluster }, number, rowCount: rows, resources };
}

const PLACE = { region: 'eu-west-101', projectId: '04f1829c788037ac2fb8c01eb2b04b95' };

/** The cluster of a feed as upstreams list it; none where feeds belong to no clusters. */
export function listedCluster({ kind, source: { id, ...rest }, feed: { cluster } }) {
  return cluster === null ? [] : [{ source: id, ...rest, type: kind.clusterType, ...cluster, cluster }];
}

/** All rows of a feed. */
export function firstRows(made) {
  return rowsOf(
    made,
    Array.from({ length: made.rowCount }, (_, row) => recordOf(made, row)),
  );
}

/** Some rows of a feed as they are at a later read. */
export function changedRows(made, rows, turn) {
  return rowsOf(
    made,
    rows.map((row) => made.kind.changed(recordOf(made, row), turn)),
  );
}

async function rowsOf({ kind, feed, source }, records) {
  const texts = records.map((record) => new JsonText(JSON.stringify(record)));
  const { rows } = await normaliseRows(texts, {
    normalise: (row, drift) => kind.normalise(row, { source, feed, drift }),
    context: { previous: null },
  });
  return rows.toSorted(compareRows);
}

let revision = 0;

export function snapshotOf({ feed }, { rows, change, fetchTimeMs }) {
  revision += 1;
  const whole = { truncation: null, coveredSince: COVERED_SINCE_EVER, drift: {}, driftExamples: {} };
  return { feed, rows, change, fetchTimeMs, ...whole, revision };
}

function recordOf(made, row) {
  return made.kind.record(made, row, NOW_MS - ((row * DAYS_MS) / made.rowCount + made.number * 997));
}

function padded(number) {
  return String(number).padStart(12, '0');
}

const CSS_STATUSES = ['SUCCESS', 'SUCCESS', 'SUCCESS', 'FAIL', 'RUNNING'];

function cssRecord({ number, feed }, row, createAt) {
  return {
    id: `d455a541-${String(number).padStart(4, '0')}-4846-a6be-${padded(row)}`,
    ...{ clusterId: feed.key, createAt },
    ...{ logPath: `css-backup-${number}/css/log`, status: CSS_STATUSES[row % CSS_STATUSES.length] },
    ...{ finishedAt: createAt + 61_000, jobTypes: row % 3 === 0 ? 'Manual' : 'Auto', failedMsg: null },
    jobId: `2c9080df7c171342017c${padded(number * 10_000 + row)}`,
  };
}

function ocpRecord({ number, resources }, row, createdMs) {
  const tenant = resources === null ? row : number * resources + (row % resources);
  return {
    ...{ agentServerIp: '10.0.0.1', backupMode: 'PHYSICAL_BACKUP', backupUri: `file:///obbackup/${number}/` },
    checkpoint: new Date(createdMs + 3_600_000).toISOString(),
    ...{ clusterId: 1_000_000 + number, clusterName: `cluster-${number}`, clusterType: 'PRIMARY' },
    ...{ createTime: new Date(createdMs).toISOString(), delay: 77.6421, obClusterId: 5 },
    ...{ tenantId: 1_001 + tenant, tenantName: `tenant-${tenant % 50}` },
    status: row % 7 === 0 ? 'STOPPED' : 'RUNNING',
  };
}

const CBR_STATUSES = ['success', 'success', 'success', 'success', 'failed', 'success', 'success'];
const SERVERS = ['app', 'db', 'web', 'test'];

function cbrRecord({ number, resources }, row, createdMs) {
  const server = number * 10_000 + (row % (resources ?? 1));
  const [created, ended] = [createdMs, createdMs + 1_200_000].map((timeMs) => new Date(timeMs).toISOString());
  const name = `${SERVERS[server % SERVERS.length]}-${server}`;
  return {
    ...{
      id: `4827f2da-${String(number).padStart(4, '0')}-4507-ab7d-${padded(row)}`,
      operation_type: 'backup',
    },
    ...{ status: CBR_STATUSES[row % CBR_STATUSES.length], policy_id: 'a5dc8f3d-7c9e-4f0c-a1ec-3ab1c1d8e2aa' },
    ...{ created_at: created, started_at: created, ended_at: ended, updated_at: ended },
    ...{ vault_name: `vault-${number}`, project_id: PLACE.projectId, error_info: { code: '', message: '' } },
    extra_info: { resource: { type: 'OS::Nova::Server', id: `1dab32fa-${server}`, name } },
  };
}
