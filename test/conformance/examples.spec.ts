import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readJson } from '@/model/json-text.js';
import type { TaskRow, Task } from '@/model/task.js';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import { startSimulator, type Simulator } from '../support/gateway.js';
import { feedOf, readContext, startReaders, type Readers } from '../support/readers.js';
import { PROVIDER_SETUPS, setupOf, exampleOf, NOW_MS } from './provider-setups.js';
import { rowsOf, tokenSource } from './reading.js';

/** Each vendor's documented answer, read by hand according to section 2 of the contract. */
const DOCUMENTED: Readonly<Record<string, Task>> = {
  'huawei-css': {
    id: 'search-logs.d455a541-597e-4846-a6be-baad0ea361b1',
    provider: 'huawei-css',
    source: 'search-logs',
    feed: 'sources/search-logs/feeds/4213d908-f5dc-4633-8401-cfd7175fca0c',
    nativeId: 'd455a541-597e-4846-a6be-baad0ea361b1',
    type: 'LOG_BACKUP',
    trigger: 'MANUAL',
    status: 'RUNNING',
    nativeStatus: 'RUNNING',
    progressPercent: null,
    createTime: '2022-06-24T03:53:57.000Z',
    startTime: null,
    endTime: null,
    updateTime: null,
    durationSeconds: null,
    checkpointTime: null,
    lagSeconds: null,
    resource: { type: 'css-cluster', id: '4213d908-f5dc-4633-8401-cfd7175fca0c', name: 'logs' },
    cluster: { id: '4213d908-f5dc-4633-8401-cfd7175fca0c', name: 'logs' },
    destination: 'css-backup-1610678043608/css/log',
    error: null,
    warnings: [],
    region: 'eu-west-101',
    projectId: '04f1829c788037ac2fb8c01eb2b04b95',
  },
  'huawei-cbr': {
    id: 'server-backups.4827f2da-b008-4507-ab7d-42d0df5ed912',
    provider: 'huawei-cbr',
    source: 'server-backups',
    feed: 'sources/server-backups/feeds/operation-logs',
    nativeId: '4827f2da-b008-4507-ab7d-42d0df5ed912',
    type: 'BACKUP',
    trigger: null,
    status: 'SUCCEEDED',
    nativeStatus: 'success',
    progressPercent: 100,
    createTime: '2019-05-23T14:31:36.039Z',
    startTime: '2019-05-23T14:31:36.007Z',
    endTime: '2019-05-23T14:35:23.511Z',
    updateTime: '2019-05-23T14:35:23.584Z',
    durationSeconds: 227.504,
    checkpointTime: null,
    lagSeconds: null,
    resource: {
      type: 'OS::Nova::Server',
      id: '1dab32fa-ebf2-415a-ab0b-eabe6353bc86',
      name: 'ECS-0001',
    },
    cluster: null,
    destination: null,
    error: null,
    warnings: [],
    region: 'eu-west-101',
    projectId: '04f1829c788037ac2fb8c01eb2b04b95',
  },
  'huawei-cce': {
    id: 'kubernetes.87d326f9-46b0-486e-a4ba-1f82ec9315ed',
    provider: 'huawei-cce',
    source: 'kubernetes',
    feed: 'sources/kubernetes/feeds/4b8a3e4c-0a4e-11ef-9f3a-0255ac100b03',
    nativeId: '87d326f9-46b0-486e-a4ba-1f82ec9315ed',
    type: 'CLUSTER_SNAPSHOT',
    trigger: null,
    status: 'RUNNING',
    nativeStatus: 'Running',
    progressPercent: 67,
    createTime: '2023-11-25T09:03:46.739Z',
    startTime: null,
    endTime: null,
    updateTime: '2023-11-25T09:03:46.739Z',
    durationSeconds: null,
    checkpointTime: null,
    lagSeconds: null,
    resource: { type: 'cce-cluster', id: '4b8a3e4c-0a4e-11ef-9f3a-0255ac100b03', name: 'payments' },
    cluster: { id: '4b8a3e4c-0a4e-11ef-9f3a-0255ac100b03', name: 'payments' },
    destination: null,
    error: null,
    warnings: [],
    region: 'eu-west-101',
    projectId: '04f1829c788037ac2fb8c01eb2b04b95',
  },
  'oceanbase-ocp': {
    // A hash, and so written down once: it must never become another.
    id: 'oceanbase.b59b37d5b58456475b6eadd3658f9391',
    provider: 'oceanbase-ocp',
    source: 'oceanbase',
    feed: 'sources/oceanbase/feeds/1000005',
    nativeId: null,
    type: 'CONTINUOUS_LOG_BACKUP',
    trigger: null,
    status: 'RUNNING',
    nativeStatus: 'RUNNING',
    progressPercent: null,
    createTime: '2021-09-09T08:19:47.405Z',
    startTime: null,
    endTime: null,
    updateTime: null,
    durationSeconds: null,
    checkpointTime: '2021-09-23T06:33:17.357Z',
    lagSeconds: 77.6421,
    resource: { type: 'oceanbase-cluster', id: '1000005', name: 'yc0820_17' },
    cluster: { id: '1000005', name: 'yc0820_17' },
    destination: 'file:///obbackup/',
    error: null,
    warnings: [],
    region: null,
    projectId: null,
  },
};

let simulator: Simulator;
let readers: Readers;

beforeEach(async () => {
  const clock = (): number => NOW_MS;
  simulator = await startSimulator({ fleet: 'empty', clock });
  readers = await startReaders(clock);
});

afterEach(async () => {
  await readers.close();
  await simulator.stop();
});

/** Serves an answer's rows exactly as they are, in the feed of a task, and reads them back. */
async function readVerbatim(rows: readonly unknown[], like: Task): Promise<readonly TaskRow[]> {
  const key = like.feed.slice(like.feed.lastIndexOf('/') + 1);
  const stock = setupOf(like.provider).stock(simulator, { key, name: like.cluster?.name ?? key });
  for (const row of rows) stock.addVerbatim(row);
  // Of a record that is served twice the later counts, so the fixture's own order matters.
  simulator.settings[setupOf(like.provider).upstream].order = 'oldest-first';
  const source = tokenSource(simulator, like.provider);
  const feed = feedOf(source, key, like.cluster?.name ?? null);
  return rowsOf(await readers.open(source).readFeed(feed, readContext()));
}

describe('the suite', () => {
  it('covers every provider', () => {
    const ids = PROVIDER_SETTINGS.map(({ id }) => id).sort();
    expect(Object.keys(PROVIDER_SETUPS).sort()).toEqual(ids);
    expect(Object.keys(DOCUMENTED).sort()).toEqual(ids);
    const reading = readdirSync('test/conformance').filter((name) => name.endsWith('.reading.spec.ts'));
    expect(reading.sort()).toEqual(ids.map((id) => `${id}.reading.spec.ts`));
  });
});

describe("the vendor's example", () => {
  it.each(Object.values(DOCUMENTED))('of $provider becomes the task of the contract', async (task) => {
    const served = setupOf(task.provider).rowsIn(exampleOf(task.provider) as never);
    const rows = await readVerbatim(served, task);
    expect(rows.map((row) => ({ ...row, raw: readJson(row.raw) }))).toEqual([{ task, raw: served[0] }]);
  });
});

interface Fixture {
  readonly provider: string;
  readonly name: string;
  readonly body: unknown;
  readonly tasks: readonly Task[];
}

/** The answers in the providers' own folders that have their tasks beside them. */
const FIXTURES: readonly Fixture[] = PROVIDER_SETTINGS.flatMap(({ id: provider }) => {
  const folder = `src/providers/${provider}/fixtures`;
  const names = readdirSync(folder).flatMap((file) => /^(.+)\.tasks\.json$/.exec(file)?.[1] ?? []);
  return names.map((name) => ({
    provider,
    name,
    body: read(`${folder}/${name}.json`),
    tasks: read(`${folder}/${name}.tasks.json`) as Task[],
  }));
});

function read(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8')) as unknown;
}

describe("a provider's fixture", () => {
  it.each(FIXTURES)(
    '$name of $provider becomes its tasks over the wire',
    async ({ provider, body, tasks }) => {
      const like = tasks[0];
      if (like === undefined) throw new Error('a fixture without tasks');
      const rows = await readVerbatim(setupOf(provider).rowsIn(body as never), like);
      expect(rows.map(({ task }) => task).sort(byId)).toEqual([...tasks].sort(byId));
    },
  );
});

function byId(a: Task, b: Task): number {
  return a.id < b.id ? -1 : 1;
}
