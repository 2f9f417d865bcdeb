import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { GatewayProcess } from '../support/gateway-process.js';
import { ask } from '../support/http.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import type { SentPage } from '../support/tasks.js';

const CLUSTER = '9007199254740993';
const ROWS = ['653247040368672768', '653247040368672769'].map(
  (tenantId) =>
    `{"tenantId":${tenantId},"clusterId":${CLUSTER},"2":0,"1":0,"createTime":"2026-09-09T16:19:47.405+0800",` +
    `"status":"RUNNING","scn":1700000000000000001,"scn":1e999,"__proto__":{"a":1.10},"backupUri":"file:///b"}`,
);
const BODY = `{"data":{"contents":[${ROWS.join(', ')}],"page":{"totalElements":2}}}`;

let server: Server;
let redis: TestRedis;
let reader: GatewayProcess;
let other: GatewayProcess;
let folder: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const isFirst = new URL(request.url ?? '', 'http://x').searchParams.get('page') === '1';
    response.setHeader('content-type', 'application/json');
    response.end(isFirst ? BODY : '{"data":{"contents":[],"page":{"totalElements":2}}}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  redis = await startRedis();
  folder = mkdtempSync(join(tmpdir(), 'tributary-raw-'));
  const source = {
    ...{ id: 'ob', provider: 'oceanbase-ocp', clusters: [{ id: CLUSTER }] },
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { type: 'basic', username: 'u', password: 'p' },
  };
  const settings = { server: { port: 0, deadline: '60s' }, cache: { redis: redis.url, freshFor: '10m' } };
  const file = join(folder, 'gateway.yaml');
  writeFileSync(file, stringify({ ...settings, sources: [source] }));
  reader = new GatewayProcess(['--config', file]);
  other = new GatewayProcess(['--config', file]);
}, 120_000);
afterAll(async () => {
  await reader.stop();
  await other.stop();
  await redis.stop();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

it('keeps every digit of ids and records, also from snapshots that another replica has read', async () => {
  for (const gateway of [reader, other]) {
    const url = await gateway.url();
    const list = await ask(`${url}/v1/tasks?clusterId=${CLUSTER}&include=raw`);
    const { tasks } = list.body as SentPage;
    expect(tasks.map(({ resource }) => resource?.id).sort()).toEqual([
      '653247040368672768',
      '653247040368672769',
    ]);
    for (const row of ROWS) expect(list.text).toContain(`"raw":${row}}`);
    const one = await ask(`${url}/v1/tasks?resourceId=653247040368672769`);
    expect((one.body as SentPage).totalSize).toBe(1);
    const [task] = (one.body as SentPage).tasks;
    const told = await ask(`${url}/v1/tasks/${task?.id ?? ''}?include=raw`);
    expect(told.text).toContain(`"raw":${ROWS[1] ?? ''}}`);
  }
}, 120_000);
