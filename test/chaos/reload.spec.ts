import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayProcess } from '../support/gateway-process.js';
import { startSimulator, type Simulator } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { keyHash, keyOf } from '../support/keys.js';
import { Caller, served, type Answered } from '../support/load.js';
import { until } from '../support/redis.js';
import { scrape, seriesOf } from '../support/scrape.js';
import { Schedule } from '../support/schedule.js';
import type { SentPage } from '../support/tasks.js';

const PROJECT = '04f1829c788037ac2fb8c01eb2b04b95';
const KEY = { 'x-api-key': keyOf('ops') };
const LOAD_PER_SECOND = 100;
/** The longest time that a rotated secret may take: the gateway looks at its files every second, and twice. */
const ROTATION_MS = 5_000;

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
        `    - { id: ${id}, hash: "${keyHash(id)}", scopes: [tasks:read, sources:read, sources:refresh, metrics:read] }`,
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

const metric = async (name: string): Promise<number> =>
  Number((await scrape(url, KEY)).get(`tributary_config_${name}`));

const countedOf = async (source: string): Promise<string[]> =>
  [...(await scrape(url, KEY)).keys()].filter((series) => series.includes(`source="${source}"`));

const reloads = ({ stdout }: GatewayProcess): number =>
  stdout.split('\n').filter((line) => line.includes('"msg":"configuration reloaded"')).length;

/** Requests for pages in turn, each sent at its time, whether or not earlier ones have been answered. */
class OpenLoad {
  readonly answered: Answered[] = [];
  readonly #caller = new Caller([url]);
  readonly #beganMs = performance.now();
  #sent = 0;
  readonly #schedule = new Schedule(LOAD_PER_SECOND, async (dueMs) => {
    const path = `/v1/tasks?pageSize=1&page=${(this.#sent += 1) % 7}1`;
    this.answered.push(await this.#caller.call(path, KEY, dueMs));
  });

  /** Waits for the answers that are still to come. Answers how many requests were due by now. */
  async stop(): Promise<number> {
    const dueCount = ((performance.now() - this.#beganMs) * LOAD_PER_SECOND) / 1000;
    await this.#schedule.stop();
    this.#caller.close();
    return dueCount;
  }
}

async function complete(): Promise<SentPage> {
  let page = await list();
  await until(async () => {
    page = await list();
    return page.completeness.complete;
  });
  return page;
}

describe('a reload', () => {
  it('fails no request and reads no source that did not change, twenty times under an open load', async () => {
    putSecret('example-token');
    putConfig();
    const running = await start();
    const { totalSize } = await complete();
    const readsBefore = simulator.calls.count('cbr');

    const load = new OpenLoad();
    for (let round = 1; round <= 20; round += 1) {
      const answeredBefore = load.answered.length;
      putConfig({ keepFor: `${round + 1}h` });
      running.signal('SIGHUP');
      await until(() => reloads(running) >= round && load.answered.length >= answeredBefore + 20);
    }
    const dueCount = await load.stop();

    const answered = served(load.answered);
    expect(answered.length).toBeGreaterThan(0);
    const wrong = answered.filter(
      (answer) => answer.status !== 200 || !answer.complete || answer.totalSize !== totalSize,
    );
    expect(wrong).toEqual([]);
    expect(load.answered.length).toBeGreaterThanOrEqual(0.9 * dueCount);
    expect(simulator.calls.count('cbr')).toBe(readsBefore);
    expect(running.stdout).toContain('"changed":["oceanbase"]');
    expect(running.stdout).not.toContain('"changed":["server-backups"');
  });

  it('uses a secret that was rotated within five seconds, without a restart', async () => {
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

    const rotatedMs = performance.now();
    putSecret('new-token');
    await until(() => simulator.calls.entries.some(({ headers }) => headers['x-auth-token'] === 'new-token'));
    expect(performance.now() - rotatedMs).toBeLessThan(ROTATION_MS);
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
    const validSince = await metric('last_reload_success_timestamp_seconds');
    expect(await metric('last_reload_successful')).toBe(1);

    putConfig({ keys: ['ops', 'other'], extra: ['    colour: red'] });
    await until(async () => (await readiness()).configuration?.state === 'INVALID');
    expect((await readiness()).configuration?.message).toContain('colour: unknown key');
    expect((await ask(`${url}/health/ready`, KEY)).status).toBe(200);
    expect((await ask(`${url}/v1/tasks`, { 'x-api-key': keyOf('other') })).status).toBe(401);
    expect((await list()).totalSize).toBe(totalSize);
    expect(simulator.calls.count()).toBe(readsBefore);
    expect(await metric('last_reload_successful')).toBe(0);
    expect(await metric('last_reload_success_timestamp_seconds')).toBe(validSince);

    putConfig({ keys: ['ops', 'other'] });
    await until(async () => (await readiness()).configuration === undefined);
    expect(await metric('last_reload_successful')).toBe(1);
    expect(await metric('last_reload_success_timestamp_seconds')).toBeGreaterThan(validSince);
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
    expect((await countedOf('more')).join()).toMatch(/tributary_upstream_call_duration_seconds_bucket\b/);
    expect((await ask(`${url}/v1/tasks`, { 'x-api-key': keyOf('leaver') })).status).toBe(401);
    putConfig();
    await until(async () => (await ask(`${url}/v1/tasks?source=more`, KEY)).status === 400);
    expect((await complete()).tasks.some(({ source }) => source === 'more')).toBe(false);
    expect(await countedOf('more')).toEqual([]);
  });

  it('judges by other expectations without reading any source again', async () => {
    const verdicts = async (): Promise<Record<string, number>> =>
      ((await ask(`${url}/v1/protection`, KEY)).body as { total: Record<string, number> }).total;
    putSecret('example-token');
    putConfig();
    await start();
    await complete();
    const before = await verdicts();
    expect(before.NOT_EXPECTED).toBeGreaterThan(0);
    const calls = simulator.calls.entries.length;
    putConfig({
      extra: ['expectations: [{ name: nightly, match: {}, every: 24h, grace: 2h, maxBlind: 3h }]'],
    });
    // What was removed on purpose is still not expected.
    await until(async () => (await verdicts()).VIOLATED !== before.VIOLATED);
    expect((await verdicts()).NOT_EXPECTED).toBeLessThan(before.NOT_EXPECTED ?? 0);
    putConfig();
    await until(async () => (await verdicts()).NOT_EXPECTED === before.NOT_EXPECTED);
    expect(simulator.calls.entries).toHaveLength(calls);
  });

  it('limits the resources in the metrics anew', async () => {
    putSecret('example-token');
    putConfig({ extra: ['metrics: { maxResources: 1 }'] });
    const running = await start();
    await complete();
    const shown = async (): Promise<number> =>
      Object.keys(seriesOf(await scrape(url, KEY), /^tributary_backup_consecutive_failures$/)).length;
    expect(await shown()).toBe(1);
    putConfig({ extra: ['metrics: { maxResources: 2 }'] });
    running.signal('SIGHUP');
    await until(() => reloads(running) >= 1);
    expect(await shown()).toBe(2);
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
    expect(await metric('restart_needed')).toBe(1);
    expect(await metric('last_reload_successful')).toBe(1);
    expect((await ask(`${url}/v1/tasks`, { 'x-api-key': keyOf('new') })).status).toBe(200);
  });
});
