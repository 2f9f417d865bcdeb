import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IN_FULL, printFigures } from '../support/figures.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { ask } from '../support/http.js';
import { ListServer } from './list-server.js';
import type { SentPage } from '../support/tasks.js';

/** In full, what it is where the configuration does not say. */
const MOST_CLUSTERS = IN_FULL ? 1_000 : 100;
const LONGEST_PAUSE_MS = 250;
const MOST_RSS_MIB = 512;

const OCP_CLUSTERS = IN_FULL ? 120_000 : 4_000;
const CCE_CLUSTERS = IN_FULL ? 100_000 : 4_000;

let folder: string;
let upstream: ListServer;
let gateway: GatewayProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-'));
});
afterEach(async () => {
  await gateway?.stop();
  await upstream.stop();
  rmSync(folder, { recursive: true });
});

interface Upstream {
  readonly name: string;
  readonly source: object;
  readonly clusters: number;
  readonly clusterPath: string;
  readonly list: (count: number) => unknown;
  readonly noTasks: unknown;
}

const UPSTREAMS: readonly Upstream[] = [
  {
    name: 'OCP nests in one cluster',
    source: {
      provider: 'oceanbase-ocp',
      credentials: { type: 'basic', username: 'a', password: 'b' },
    },
    clusters: OCP_CLUSTERS,
    clusterPath: '/api/v2/ob/clusters',
    list: (count) => ({
      data: {
        contents: [{ id: 1, standbyClusters: Array.from({ length: count }, (_, at) => ({ id: at + 2 })) }],
        page: { totalElements: 1, totalPages: 1 },
      },
    }),
    noTasks: { data: { contents: [], page: { totalElements: 0, totalPages: 0 } } },
  },
  {
    name: 'CCE lists',
    source: { provider: 'huawei-cce', projectId: 'p', credentials: { type: 'token', token: 't' } },
    clusters: CCE_CLUSTERS,
    clusterPath: '/api/v3/projects/p/clusters',
    list: (count) => ({
      items: Array.from({ length: count }, (_, at) => ({
        metadata: { uid: `cluster-${at}`, name: `n${at}` },
      })),
    }),
    noTasks: { items: [] },
  },
];

/** JSON is YAML. */
function configuration(source: object): object {
  const discovery = { maxClusters: MOST_CLUSTERS };
  return {
    server: { port: 0 },
    cache: { freshFor: '1h' },
    sources: [{ id: 's', endpoint: upstream.url, discovery, ...source }],
  };
}

/** Asks for liveness without a pause until told to end; answers the longest time that one answer took. */
async function longestPauseMs(url: string, end: AbortSignal): Promise<number> {
  let longestMs = 0;
  while (!end.aborted) {
    const askedMs = performance.now();
    expect((await ask(`${url}/health/live`)).status).toBe(200);
    longestMs = Math.max(longestMs, performance.now() - askedMs);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return longestMs;
}

/** Asks until every cluster that is read was read; answers the last answer. */
async function pageOnceRead(url: string): Promise<SentPage> {
  for (;;) {
    const { status, body } = await ask(`${url}/v1/tasks`);
    if (status === 200 && (body as SentPage).unreachable.length === 0) return body as SentPage;
  }
}

describe('more clusters than may be read', () => {
  it.each(UPSTREAMS)(
    'are cut at the limit and reported, $clusters of them that $name, and the gateway continues to answer',
    async ({ source, clusters, clusterPath, list, noTasks }) => {
      const [listed, empty] = [JSON.stringify(list(clusters)), JSON.stringify(noTasks)];
      upstream = await ListServer.start((path) => (path === clusterPath ? listed : empty));
      const file = join(folder, 'gateway.yaml');
      writeFileSync(file, JSON.stringify(configuration(source)));
      gateway = new GatewayProcess(['--config', file]);
      const url = await gateway.url();
      const done = new AbortController();
      const probed = longestPauseMs(url, done.signal);
      const { completeness } = await pageOnceRead(url);
      const { body } = await ask(`${url}/v1/sources/s`);
      done.abort();
      const pauseMs = await probed;
      expect(completeness).toMatchObject({
        complete: false,
        problems: [{ feed: 'sources/s/feeds/-', state: 'TRUNCATED', reason: 'LIMIT' }],
      });
      expect((body as { feeds: unknown[] }).feeds).toHaveLength(MOST_CLUSTERS + 1);
      const rssMib = gateway.peakMemoryBytes / 2 ** 20;
      printFigures(`${clusters} clusters`, [{ 'longest pause ms': pauseMs, 'peak RSS MiB': rssMib }]);
      expect(rssMib).toBeLessThan(MOST_RSS_MIB);
      if (IN_FULL) expect(pauseMs).toBeLessThan(LONGEST_PAUSE_MS);
    },
    300_000,
  );
});
