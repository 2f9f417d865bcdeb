import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayProcess } from '../support/gateway-process.js';
import { startSimulator, type Simulator } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { keyHash, keyOf } from '../support/keys.js';
import { until } from '../support/redis.js';
import type { SentPage } from '../support/tasks.js';

const PROJECT = '04f1829c788037ac2fb8c01eb2b04b95';
const KEY = { 'x-api-key': keyOf('ops') };

let folder: string;
let simulator: Simulator;
let gateway: GatewayProcess | null;
let url: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-reload-'));
  simulator = await startSimulator({ life: { rate: 0 }, fleet: { cbrRows: 30, ocpTenants: 3 } });
  gateway = null;
});
afterEach(async () => {
  await gateway?.stop();
  await simulator.stop();
  rmSync(folder, { recursive: true });
});

/** Replaces a secret as Kubernetes does: a new folder, and a symlink that is swapped. */
function putSecret(text: string): void {
  const version = mkdtempSync(join(folder, 'secret-'));
  writeFileSync(join(version, 'token'), text);
  const link = join(folder, '..data.new');
  symlinkSync(version, link);
  renameSync(link, join(folder, '..data'));
}

interface Changes {
  readonly keepFor?: string;
  readonly keys?: readonly string[];
  readonly port?: string;
  readonly extra?: readonly string[];
}

/** The source with the token changes by its secret; the other one only where a test says so. */
function putConfig({ keepFor = '1h', keys = ['ops'], port = '0', extra = [] }: Changes = {}): void {
  const lines = [
    `server: { port: ${port}, secret: a-secret-of-this-test }`,
    'cache: { freshFor: 1h, keepFor: 24h }',
    'auth:',
    '  apiKeys:',
    ...keys.map(
      (id) =>
        `    - { id: ${id}, hash: "${keyHash(id)}", scopes: [tasks:read, sources:read, sources:refresh] }`,
    ),
    'sources:',
    '  - id: server-backups',
    '    provider: huawei-cbr',
    `    endpoint: ${simulator.urls.cbr}`,
    `    projectId: ${PROJECT}`,
    '    credentials: { type: token, token: "${file:..data/token}" }',
    '  - id: oceanbase',
    '    provider: oceanbase-ocp',
    `    endpoint: ${simulator.urls.ocp}`,
    `    keepFor: ${keepFor}`,
    '    freshFor: 30m',
    '    credentials: { type: basic, username: admin, password: example-password }',
    ...extra,
  ];
  const file = join(folder, 'new.yaml');
  writeFileSync(file, `${lines.join('\n')}\n`);
  renameSync(file, join(folder, 'gateway.yaml'));
}

async function start(): Promise<GatewayProcess> {
  const started = new GatewayProcess(['--config', join(folder, 'gateway.yaml')]);
  gateway = started;
  url = await started.url();
  return started;
}

const list = async (query = '', key: Record<string, string> = KEY): Promise<SentPage> =>
  (await ask(`${url}/v1/tasks?${query}`, key)).body as SentPage;

const readiness = async (): Promise<{ configuration?: { state: string; message: string } }> =>
  (await ask(`${url}/health/ready`, KEY)).body as { configuration?: { state: string; message: string } };

const reloads = ({ stdout }: GatewayProcess): number =>
  stdout.split('\n').filter((line) => line.includes('"msg":"configuration reloaded"')).length;

async function complete(): Promise<SentPage> {
  let page = await list();
  await until(async () => {
    page = await list();
    return page.completeness.complete;
  });
  return page;
}

describe('a reload', () => {
  it('fails no request and reads no source that did not change, twenty times under load', async () => {
    putSecret('example-token');
    putConfig();
    const running = await start();
    const { totalSize } = await complete();
    const readsBefore = simulator.calls.count('cbr');

    let isOver = false;
    const wrong: unknown[] = [];
    let asked = 0;
    const load = async (): Promise<void> => {
      while (!isOver) {
        const { status, body } = await ask(`${url}/v1/tasks?pageSize=1&page=${(asked += 1) % 7}1`, KEY);
        const page = body as SentPage;
        if (status !== 200 || page.totalSize !== totalSize || !page.completeness.complete)
          wrong.push({ status, page });
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    const loads = [load(), load()];
    for (let round = 1; round <= 20; round += 1) {
      const askedBefore = asked;
      putConfig({ keepFor: `${round + 1}h` });
      running.signal('SIGHUP');
      await until(() => reloads(running) >= round && asked >= askedBefore + 10);
    }
    isOver = true;
    await Promise.all(loads);

    expect(wrong).toEqual([]);
    expect(simulator.calls.count('cbr')).toBe(readsBefore);
    expect(running.stdout).toContain('"changed":["oceanbase"]');
    expect(running.stdout).not.toContain('"changed":["server-backups"');
  });

  it('uses a secret that was rotated, at once and without a restart', async () => {
    putSecret('old-token');
    putConfig();
    simulator.settings.accounts.tokens = ['old-token'];
    const running = await start();
    await complete();

    simulator.settings.accounts.tokens = ['new-token'];
    const refused = await ask(`${url}/v1/tasks?source=server-backups`, {
      ...KEY,
      'cache-control': 'no-cache',
    });
    expect((refused.body as SentPage).unreachable).toEqual(['sources/server-backups/feeds/operation-logs']);

    putSecret('new-token');
    await until(() => simulator.calls.entries.some(({ headers }) => headers['x-auth-token'] === 'new-token'));
    await complete();
    expect(running.stdout).toContain('"changed":["server-backups"]');
    expect(running.stdout).not.toContain('new-token');
  });

  it('changes nothing if the file is not valid, says so, and takes the next valid one', async () => {
    putSecret('example-token');
    putConfig();
    const running = await start();
    const { totalSize } = await complete();
    const readsBefore = simulator.calls.count();

    putConfig({ keys: ['ops', 'other'], extra: ['    colour: red'] });
    await until(async () => (await readiness()).configuration?.state === 'INVALID');
    expect((await readiness()).configuration?.message).toContain('colour: unknown key');
    expect((await ask(`${url}/health/ready`, KEY)).status).toBe(200);
    expect((await ask(`${url}/v1/tasks`, { 'x-api-key': keyOf('other') })).status).toBe(401);
    expect((await list()).totalSize).toBe(totalSize);
    expect(simulator.calls.count()).toBe(readsBefore);

    putConfig({ keys: ['ops', 'other'] });
    await until(async () => (await readiness()).configuration === undefined);
    expect((await ask(`${url}/v1/tasks`, { 'x-api-key': keyOf('other') })).status).toBe(200);
    expect(running.stdout).toContain('"msg":"configuration reloaded"');
  });

  it('adds and removes sources and keys', async () => {
    putSecret('example-token');
    putConfig({ keys: ['ops', 'leaver'] });
    await start();
    await complete();
    const more = [
      '  - id: more',
      '    provider: huawei-cbr',
      `    endpoint: ${simulator.urls.cbr}`,
      `    projectId: ${PROJECT}`,
      '    credentials: { type: token, token: example-token }',
    ];
    putConfig({ extra: more });
    await until(async () => (await list('source=more')).totalSize > 0);
    expect((await ask(`${url}/v1/tasks`, { 'x-api-key': keyOf('leaver') })).status).toBe(401);
    putConfig();
    await until(async () => (await ask(`${url}/v1/tasks?source=more`, KEY)).status === 400);
    expect((await complete()).tasks.some(({ source }) => source === 'more')).toBe(false);
  });

  it('says what needs a restart, and takes over the rest', async () => {
    putSecret('example-token');
    putConfig();
    await start();
    await complete();
    putConfig({ port: '1', keys: ['ops', 'new'] });
    await until(async () => (await readiness()).configuration !== undefined);
    expect((await readiness()).configuration).toMatchObject({
      state: 'RESTART_NEEDED',
      message: 'A restart is needed for server.port.',
    });
    expect((await ask(`${url}/v1/tasks`, { 'x-api-key': keyOf('new') })).status).toBe(200);
  });
});
