import { Agent } from 'node:http';
import axios from 'axios';
import express from 'express';
import { serveParent } from './harness/server-process.mjs';

/**
 * What a good engineer writes in an afternoon when there is no Tributary: a backend for one table. Each request
 * fetches the four upstreams' lists in parallel, page by page, normalises, merges, filters, sorts and cuts.
 * With `cacheMs` the fetched and normalised lists are kept for that long.
 */
const PROJECT = '04f1829c788037ac2fb8c01eb2b04b95';
const PAGE = 1000;

class Backend {
  #kept = null;
  #keptUntilMs = 0;

  constructor(urls, clusters, cacheMs) {
    // Idle connections are closed before the upstreams do it, which would meet calls under way.
    const shared = { httpAgent: new Agent({ keepAlive: true, timeout: 3_000 }), timeout: 10_000 };
    const headers = { 'x-auth-token': 'example-token' };
    this.css = axios.create({ ...shared, baseURL: urls.css, headers });
    this.cbr = axios.create({ ...shared, baseURL: urls.cbr, headers });
    this.cce = axios.create({ ...shared, baseURL: urls.cce, headers });
    const auth = { username: 'admin', password: 'example-password' };
    this.ocp = axios.create({ ...shared, baseURL: urls.ocp, auth });
    this.clusters = clusters;
    this.cacheMs = cacheMs;
  }

  tasks() {
    if (this.cacheMs === 0) return this.fetchTasks();
    if (Date.now() >= this.#keptUntilMs) {
      this.#keptUntilMs = Date.now() + this.cacheMs;
      this.#kept = this.fetchTasks();
    }
    return this.#kept;
  }

  async fetchTasks() {
    const lists = await Promise.all([
      ...this.clusters['huawei-css'].map((cluster) => this.cssTasks(cluster)),
      this.cbrTasks(),
      ...this.clusters['huawei-cce'].map((cluster) => this.cceTasks(cluster)),
      ...this.clusters['oceanbase-ocp'].map((cluster) => this.ocpTasks(cluster)),
    ]);
    return lists.flat();
  }

  async cssTasks(cluster) {
    const url = `/v1.0/${PROJECT}/clusters/${cluster.id}/logs/records`;
    const records = await allPages(async (offset) => {
      const { data } = await this.css.get(url, { params: { offset: offset + 1, limit: PAGE } });
      return data.clusterLogRecord;
    });
    return records.map((record) => cssTask(record, cluster));
  }

  async cbrTasks() {
    const startTime = `${new Date(Date.now() - 90 * 86_400_000).toISOString().slice(0, 19)}Z`;
    const logs = await allPages(async (offset) => {
      const params = { offset, limit: PAGE, start_time: startTime };
      const { data } = await this.cbr.get(`/v3/${PROJECT}/operation-logs`, { params });
      return data.operation_logs;
    });
    return logs.map(cbrTask);
  }

  async cceTasks(cluster) {
    const url = `/api/v3.1/projects/${PROJECT}/clusters/${cluster.id}/operation/snapshot/tasks`;
    const { data } = await this.cce.get(url);
    return data.items.map((item) => cceTask(item, cluster));
  }

  async ocpTasks(cluster) {
    const url = `/api/v2/ob/clusters/${cluster.id}/backup/task/logBackupTasks`;
    const rows = await allPages(async (offset) => {
      const { data } = await this.ocp.get(url, { params: { page: offset / PAGE + 1, size: PAGE } });
      return data.data.contents;
    });
    return rows.map(ocpTask);
  }
}

/** Pages until one is not full. */
async function allPages(fetchPage) {
  const rows = [];
  for (;;) {
    const page = await fetchPage(rows.length);
    rows.push(...page);
    if (page.length < PAGE) return rows;
  }
}

const STATUSES = {
  css: { RUNNING: 'RUNNING', SUCCESS: 'SUCCEEDED', FAIL: 'FAILED' },
  cbr: {
    waiting: 'PENDING',
    running: 'RUNNING',
    success: 'SUCCEEDED',
    failed: 'FAILED',
    timeout: 'TIMED_OUT',
    skipped: 'SKIPPED',
  },
  cce: {
    Init: 'PENDING',
    Queuing: 'PENDING',
    Running: 'RUNNING',
    Success: 'SUCCEEDED',
    Failed: 'FAILED',
    Error: 'FAILED',
  },
  ocp: {
    BEGINNING: 'PENDING',
    RUNNING: 'RUNNING',
    STOPPED: 'STOPPED',
    INTERRUPTED: 'FAILED',
    FAILED: 'FAILED',
  },
};

function iso(time) {
  return time === null || time === undefined ? null : new Date(time).toISOString();
}

/** `2023-11-25 17:03:46.739012 +0800 CST`, which `new Date` would take for another zone. */
function isoOfGo(text) {
  if (!text) return null;
  const [day, clock, offset] = text.split(' ');
  const [time, fraction = ''] = clock.split('.');
  return iso(`${day}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${offset.slice(0, 3)}:${offset.slice(3)}`);
}

function cssTask(record, cluster) {
  return {
    id: `search-logs.${record.id}`,
    provider: 'huawei-css',
    type: 'LOG_BACKUP',
    status: STATUSES.css[record.status] ?? 'UNKNOWN',
    createTime: iso(record.createAt),
    endTime: iso(record.finishedAt),
    resource: { type: 'css-cluster', id: cluster.id, name: cluster.name },
    destination: record.logPath,
    error: record.failedMsg && { code: null, message: record.failedMsg },
  };
}

function cbrTask(log) {
  const { resource } = log.extra_info;
  return {
    id: `server-backups.${log.id}`,
    provider: 'huawei-cbr',
    type: log.operation_type.toUpperCase(),
    status: STATUSES.cbr[log.status] ?? 'UNKNOWN',
    createTime: iso(log.created_at),
    endTime: iso(log.ended_at),
    resource: resource === undefined ? null : { type: resource.type, id: resource.id, name: resource.name },
    destination: log.vault_name,
    error: log.error_info.message === '' ? null : log.error_info,
  };
}

function cceTask(item, cluster) {
  const status = STATUSES.cce[item.status.phase] ?? 'UNKNOWN';
  const message = item.spec.items?.[0]?.message;
  return {
    id: `kubernetes.${item.metadata.uid}`,
    provider: 'huawei-cce',
    type: 'CLUSTER_SNAPSHOT',
    status,
    createTime: isoOfGo(item.metadata.creationTimestamp),
    endTime: ['SUCCEEDED', 'FAILED'].includes(status) ? isoOfGo(item.status.completionTime) : null,
    resource: { type: 'cce-cluster', id: cluster.id, name: cluster.name },
    destination: null,
    error: status === 'FAILED' && message ? { code: null, message } : null,
  };
}

function ocpTask(row) {
  const tenantId = row.tenantId ?? null;
  return {
    id: `oceanbase.${row.clusterId}-${tenantId ?? 0}-${Date.parse(row.createTime)}`,
    provider: 'oceanbase-ocp',
    type: 'CONTINUOUS_LOG_BACKUP',
    status: STATUSES.ocp[row.status] ?? 'UNKNOWN',
    createTime: iso(row.createTime),
    endTime: null,
    resource:
      tenantId === null
        ? { type: 'oceanbase-cluster', id: String(row.clusterId), name: row.clusterName }
        : { type: 'oceanbase-tenant', id: String(tenantId), name: row.tenantName },
    destination: row.backupUri,
    error: row.errorMsg ? { code: null, message: row.errorMsg } : null,
  };
}

function pageOf(tasks, { status, resourceName, createdAfter, page = 1, pageSize = 50 }) {
  const name = resourceName?.toLowerCase();
  const matching = tasks.filter(
    (task) =>
      (!status || task.status === status) &&
      (!name || task.resource?.name?.toLowerCase().includes(name)) &&
      (!createdAfter || task.createTime >= createdAfter),
  );
  matching.sort((a, b) => byText(b.createTime, a.createTime) || byText(a.id, b.id));
  const start = (page - 1) * pageSize;
  return { tasks: matching.slice(start, start + Number(pageSize)), totalSize: matching.length };
}

function byText(a, b) {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

await serveParent(async ({ urls, clusters, cacheMs = 0 }) => {
  const backend = new Backend(urls, clusters, cacheMs);
  const app = express();
  app.get('/v1/tasks', async (request, response) => {
    response.json(pageOf(await backend.tasks(), request.query));
  });
  // eslint-disable-next-line max-params -- Express tells error handlers by their four parameters
  app.use((error, _request, response, next) => {
    if (response.headersSent) next(error);
    else response.status(502).json({ error: 'An upstream could not be read.' });
  });
  const server = await new Promise((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  return { ready: { url: `http://127.0.0.1:${server.address().port}` }, calls: {} };
});
