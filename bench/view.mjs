import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { PerformanceObserver, constants, monitorEventLoopDelay } from 'node:perf_hooks';
import { serveParent } from './harness/server-process.mjs';

/** Another build of the project may be measured by the same program. */
const dist = new URL(process.env.DIST ?? '../dist/', import.meta.url).href;
const product = (file) => import(`${dist}${file}`);

const { boundHeapGrowth } = await product('platform/bound-heap-growth.js');
boundHeapGrowth();
const { CLOCK, SYSTEM_CLOCK, momentOf } = await product('model/clock.js');
const { FeedCollection } = await product('model/collection.js');
const { JsonText } = await product('model/json-text.js');
const { PROVIDERS } = await product('model/provider.js');
const { QueryValidationPipe } = await product('platform/problem/query-validation.pipe.js');
const { PAGE_TOKEN_KEYS } = await product('view/page-token.js');
const { TasksModule } = await product('tasks/tasks.module.js');
const { normaliseRows } = await product('upstream/records/normalised-rows.js');
const { normalise: normaliseCss } = await product('providers/huawei-css/normalise.js');
const { normalise: normaliseOcp } = await product('providers/oceanbase-ocp/normalise.js');
const { changeBetween, compareRows } = await product('model/change.js');

/** Of each feed so many tasks are streams that have moved at each read. */
const STREAMS = 20;
const FRESH_FOR_MS = 3_600_000;

async function startQuestionSide(collection) {
  class Root {}
  const provide = [
    { provide: CLOCK, useValue: SYSTEM_CLOCK },
    { provide: FeedCollection, useValue: collection },
    { provide: PROVIDERS, useValue: [] },
    { provide: PAGE_TOKEN_KEYS, useValue: { own: 'benchmark page token secret', shared: null } },
  ];
  Module({ imports: [TasksModule], providers: provide, exports: provide.map((each) => each.provide) })(Root);
  const app = await NestFactory.create({ module: Root, global: true }, new FastifyAdapter(), {
    logger: false,
  });
  app.useGlobalPipes(new QueryValidationPipe());
  // Everyone may see everything here.
  const caller = { name: 'benchmark', collection, assertMayUse: () => undefined };
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async (request) => {
      request.caller = caller;
    });
  await app.listen(0, '127.0.0.1');
  return app;
}

/** Half of the feeds are CSS's logs of backups, half OCP's streams. */
async function firstSnapshot(number, rowCount) {
  const isCss = number % 2 === 0;
  const source = sourceOf(isCss ? 'search-logs' : 'oceanbase', isCss ? 'huawei-css' : 'oceanbase-ocp');
  const key = isCss
    ? `4213d908-f5dc-4633-8401-${String(number).padStart(12, '0')}`
    : String(1_000_000 + number);
  const cluster = { id: key, name: `cluster-${number}` };
  const name = `sources/${source.id}/feeds/${key}`;
  const feed = { name, provider: source.provider, source: source.id, key, cluster };
  const made = { feed, source, isCss, number, rowCount };
  const records = Array.from({ length: rowCount }, (_, row) => recordOf(made, row));
  const rows = await rowsOf(feed, source, records);
  return snapshotOf(made, rows, null);
}

function sourceOf(id, provider) {
  return { id, provider, region: 'eu-west-101', projectId: '04f1829c788037ac2fb8c01eb2b04b95' };
}

async function rowsOf(feed, source, records) {
  const normalise = source.provider === 'huawei-css' ? normaliseCss : normaliseOcp;
  const texts = records.map((record) => new JsonText(JSON.stringify(record)));
  const { rows } = await normaliseRows(texts, {
    normalise: (row, drift) => normalise(row, { source, feed, drift }),
    context: { previous: null },
  });
  return rows.toSorted(compareRows);
}

const NOW_MS = Date.UTC(2026, 10, 1);
const STATUSES = ['SUCCESS', 'SUCCESS', 'SUCCESS', 'FAIL', 'RUNNING'];

function recordOf({ isCss, number, rowCount }, row) {
  const createdMs = NOW_MS - ((row * 2_592_000_000) / rowCount + number * 997);
  return isCss ? cssRecord(number, row, createdMs) : ocpRecord(number, row, createdMs);
}

function cssRecord(number, row, createAt) {
  const id = `d455a541-${String(number).padStart(4, '0')}-4846-a6be-${String(row).padStart(12, '0')}`;
  return {
    ...{ id, clusterId: `4213d908-f5dc-4633-8401-${String(number).padStart(12, '0')}`, createAt },
    ...{ logPath: `css-backup-${number}/css/log`, status: STATUSES[row % STATUSES.length] },
    ...{ finishedAt: createAt + 61_000, jobTypes: row % 3 === 0 ? 'Manual' : 'Auto', failedMsg: null },
    jobId: `2c9080df7c171342017c${String(number * 10_000 + row).padStart(12, '0')}`,
  };
}

function ocpRecord(number, row, createdMs) {
  return {
    ...{ agentServerIp: '10.0.0.1', backupMode: 'PHYSICAL_BACKUP', backupUri: `file:///obbackup/${number}/` },
    checkpoint: new Date(createdMs + 3_600_000).toISOString(),
    ...{ clusterId: 1_000_000 + number, clusterName: `cluster-${number}`, clusterType: 'PRIMARY' },
    ...{ createTime: new Date(createdMs).toISOString(), delay: 77.6421, obClusterId: 5 },
    ...{
      tenantId: 1_001 + row,
      tenantName: `tenant-${row % 50}`,
      status: row % 7 === 0 ? 'STOPPED' : 'RUNNING',
    },
  };
}

let revision = 0;

function snapshotOf(made, rows, change) {
  revision += 1;
  const told = {
    fetchTimeMs: Date.now(),
    truncation: null,
    coveredSince: null,
    drift: {},
    driftExamples: {},
  };
  return {
    made,
    snapshot: { feed: made.feed, rows, change, ...told, revision },
    agesFrom: momentOf(SYSTEM_CLOCK),
  };
}

/** Feeds that are always fresh, and change when they are told to. */
class MadeCollection extends FeedCollection {
  key = 'all';
  deadlineMs = 2_000;
  #turn = 0;

  constructor(feeds) {
    super();
    this.feeds = feeds;
  }

  ensure({ source }) {
    const within = this.feeds.filter(({ snapshot }) => source?.includes(snapshot.feed.source) ?? true);
    const feeds = within
      .map(({ snapshot, agesFrom }) => ({
        feed: snapshot.feed.name,
        snapshot,
        agesFrom,
        problem: null,
        freshForMs: FRESH_FOR_MS,
      }))
      .sort((a, b) => (a.feed < b.feed ? -1 : 1));
    return Promise.resolve({ feeds, waitedFor: null, collapsed: false });
  }

  sourceIdsIn({ source }) {
    return ['search-logs', 'oceanbase'].filter((id) => source?.includes(id) ?? true);
  }

  newest() {
    return this.feeds.map(({ snapshot }) => snapshot);
  }

  status() {
    return [];
  }

  /** One feed after the other has a new snapshot, in which rows that did not change are the same objects. */
  async change(changed) {
    this.#turn += 1;
    const at = (this.#turn * 37) % this.feeds.length;
    const { made, snapshot } = this.feeds[at];
    const records = new Map();
    for (let index = 0; index < changed; index += 1) {
      const row = (this.#turn * 811 + index * 97) % made.rowCount;
      records.set(row, changedRecord(made, row, this.#turn));
    }
    for (let row = 0; row < STREAMS; row += 1) records.set(row, changedRecord(made, row, this.#turn));
    const fresh = await rowsOf(made.feed, made.source, [...records.values()]);
    const byId = new Map(fresh.map((row) => [row.task.id, row]));
    const rows = snapshot.rows.map((row) => byId.get(row.task.id) ?? row);
    this.feeds[at] = snapshotOf(made, rows, changeBetween(snapshot.rows, rows));
  }
}

/** A change leaves a task's creation as it is: it moves in no usual list. */
function changedRecord(made, row, turn) {
  const record = recordOf(made, row);
  if (made.isCss) record.finishedAt = record.createAt + 61_000 + turn;
  else Object.assign(record, { delay: turn % 100, checkpoint: new Date(NOW_MS + turn * 1000).toISOString() });
  return record;
}

/** The question side of a gateway over feeds that are made here: nothing is read from an upstream. */
await serveParent(async ({ feeds: count, rows }) => {
  const feeds = [];
  for (let number = 0; number < count; number += 1) feeds.push(await firstSnapshot(number, rows));
  const collection = new MadeCollection(feeds);
  const app = await startQuestionSide(collection);
  const held = monitorEventLoopDelay({ resolution: 1 });
  held.enable();
  const collections = { longestMs: 0 };
  new PerformanceObserver((list) => {
    for (const { duration, detail } of list.getEntries()) {
      if (detail.kind !== constants.NODE_PERFORMANCE_GC_MINOR) continue;
      collections.longestMs = Math.max(collections.longestMs, duration);
    }
  }).observe({ entryTypes: ['gc'] });
  return {
    ready: { url: await app.getUrl() },
    calls: {
      /** Changes one feed: some of its rows, and the streams among them. */
      change: async ({ changed }) => {
        await collection.change(changed);
      },
      reset: () => {
        held.reset();
        collections.longestMs = 0;
      },
      /** In milliseconds how long the event loop was held at most since the reset, and in MB the memory in use. */
      figures: () => ({
        heldMs: held.max / 1e6,
        minorGcMs: collections.longestMs,
        rssMb: process.memoryUsage.rss() / 1e6,
      }),
    },
  };
});
