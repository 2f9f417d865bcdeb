import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { IN_FULL, printFigures } from '../support/figures.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { ask } from '../support/http.js';

const MB = 1_000_000;
const MIB = 1024 * 1024;
/** What a container has of which the README speaks. */
const MOST_MEMORY_BYTES = 512 * MIB;
/** Judged in full only: on a machine that is shared nobody knows who made it wait. */
const LONGEST_PAUSE_MS = 250;
const SOURCES = 5;

const stops: (() => unknown)[] = [];
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-bodies-'));
});
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  rmSync(folder, { recursive: true });
});

/** A body in pieces: a beginning, something that comes again and again, and an end. */
interface Body {
  readonly start: string;
  readonly piece: (number: number) => string;
  readonly pieces: number;
  readonly end: string;
  readonly gzip?: boolean;
}

const TIME = '2026-09-09 16:19:47.405 +0800 CST';

function snapshotRow(number: number): string {
  const metadata = { uid: `uid-${number}`, creationTimestamp: TIME, updateTimestamp: TIME };
  const items = [{ id: `item-${number}`, type: 'etcd', status: 'Success', message: 'n'.repeat(60) }];
  const status = { phase: 'Success', progress: '100', completionTime: TIME };
  return `${JSON.stringify({ kind: 'SnapshotTask', apiVersion: 'v3.1', metadata, spec: { items }, status })},`;
}

function repeated(text: string): () => string {
  return () => text;
}

function rowsBody(bytes: number): Body {
  const length = snapshotRow(10_000).length;
  return { start: '{"items":[', piece: snapshotRow, pieces: Math.ceil(bytes / length), end: '{}]}' };
}

const OCP = { start: '{"data":{"contents":[', end: ']}}' };
const EMPTY_LISTS: Body = { ...OCP, piece: repeated('[],'), pieces: 2_600_000, end: '[]]}}', gzip: true };
const SMALL_ROWS: Body = { ...OCP, piece: repeated('{"a":1},'), pieces: 1_000_000, end: '{}]}}' };
const MANY_KEYS: Body = {
  ...{
    start: '{"data":{',
    piece: (number) => `"key${number}":1,`,
    pieces: 3_000_000,
    end: '"contents":[]}}',
  },
};

function* chunksOf({ start, piece, pieces, end }: Body): Generator<string> {
  yield start;
  for (let at = 0; at < pieces; at += 200) {
    yield Array.from({ length: Math.min(200, pieces - at) }, (_, index) => piece(at + index)).join('');
  }
  yield end;
}

async function serve(body: Body): Promise<string> {
  const server: Server = createServer((_request, response) => {
    const headers = { 'content-type': 'application/json' };
    response.writeHead(200, body.gzip === true ? { ...headers, 'content-encoding': 'gzip' } : headers);
    const chunks = Readable.from(chunksOf(body), { objectMode: false });
    if (body.gzip === true) pipeline(chunks, createGzip(), response, () => undefined);
    else pipeline(chunks, response, () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function start(provider: string, endpoint: string, bodyMemory: string): GatewayProcess {
  const isHuawei = provider.startsWith('huawei');
  const sources = Array.from({ length: SOURCES }, (_, number) => ({
    ...{ id: `s${number}`, provider, endpoint, timeout: '2m', clusters: [{ id: `c${number}` }] },
    ...(isHuawei && { projectId: 'p', credentials: { type: 'token', token: 't' } }),
    ...(!isHuawei && { credentials: { type: 'basic', username: 'u', password: 'p' } }),
  }));
  const file = join(folder, 'gateway.yaml');
  writeFileSync(file, stringify({ server: { port: 0, deadline: '60s' }, limits: { bodyMemory }, sources }));
  const gateway = new GatewayProcess(['--config', file]);
  stops.push(() => gateway.stop());
  return gateway;
}

interface SentSources {
  readonly sources: readonly {
    readonly feeds: readonly { readonly state: string; readonly reason: string }[];
  }[];
}

/** What each feed's read came to, and the longest that the gateway was silent meanwhile. */
async function readAll(url: string): Promise<{ readonly reasons: string[]; readonly pauseMs: number }> {
  const isOver = { value: false };
  const probes = longestPauseMs(url, isOver);
  await ask(`${url}/v1/tasks`, { prefer: 'wait=60' });
  isOver.value = true;
  const { body } = await ask(`${url}/v1/sources`);
  const reasons = (body as SentSources).sources.flatMap(({ feeds }) => feeds.map(({ reason }) => reason));
  return { reasons, pauseMs: await probes };
}

async function longestPauseMs(url: string, isOver: { readonly value: boolean }): Promise<number> {
  let longestMs = 0;
  while (!isOver.value) {
    const startMs = performance.now();
    expect((await ask(`${url}/health/live`)).status).toBe(200);
    longestMs = Math.max(longestMs, performance.now() - startMs);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return longestMs;
}

const SENT: readonly {
  readonly what: string;
  readonly provider: string;
  readonly body: Body;
  readonly bodyMemory: string;
}[] = [
  {
    what: '100 MB of rows',
    provider: 'huawei-cce',
    body: rowsBody(IN_FULL ? 100 * MB : 20 * MB),
    bodyMemory: IN_FULL ? '128MiB' : '16MiB',
  },
  {
    what: '2.6 million empty lists in 8 kB',
    provider: 'oceanbase-ocp',
    body: EMPTY_LISTS,
    bodyMemory: '128MiB',
  },
  { what: 'a million small rows', provider: 'oceanbase-ocp', body: SMALL_ROWS, bodyMemory: '128MiB' },
  { what: 'an object of 3 million keys', provider: 'oceanbase-ocp', body: MANY_KEYS, bodyMemory: '128MiB' },
];

it.each(SENT)(
  'five upstreams that send $what at once need no more memory than a small container has',
  async ({ what, provider, body, bodyMemory }) => {
    const gateway = start(provider, await serve(body), bodyMemory);
    const { reasons, pauseMs } = await readAll(await gateway.url());
    const peakMb = gateway.peakMemoryBytes / MIB;
    printFigures(`five upstreams that send ${what}`, [{ 'peak MiB': peakMb, 'longest pause ms': pauseMs }]);
    expect(reasons).toEqual(Array.from({ length: SOURCES }, () => 'LIMIT'));
    expect(peakMb).toBeLessThan(MOST_MEMORY_BYTES / MIB);
    if (IN_FULL) expect(pauseMs).toBeLessThan(LONGEST_PAUSE_MS);
  },
  180_000,
);
