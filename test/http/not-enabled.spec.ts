import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Expectation } from '@/model/expectation.js';
import { startGateway, type RunningGateway } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { sourceWith } from '../support/reading.js';
import { askPage, type SentPage } from '../support/tasks.js';

/** Kept by the one task that a cluster has. */
const LOGS: Expectation = {
  name: 'logs',
  match: {},
  rhythm: { kind: 'every', everyMs: 100 * 365 * 86_400_000, graceMs: 0 },
  taskTypes: ['LOG_BACKUP'],
  failuresInARow: null,
  maxDurationMs: null,
  warningsCountAs: 'success',
  maxBlindMs: 3_600_000,
};

interface Refusal {
  readonly status: number;
  readonly errCode: string;
}

/** What the log list of a cluster answers; a cluster without an entry has one task. */
let refusals: Readonly<Record<string, Refusal>>;
let upstream: Server;
let gateway: RunningGateway;

/** A CSS with the clusters c-on and c-off. */
function answerTo(path: string): readonly [status: number, body: object] {
  if (path.endsWith('/clusters')) {
    return [
      200,
      {
        totalSize: 2,
        clusters: [
          { id: 'c-on', name: 'on' },
          { id: 'c-off', name: 'off' },
        ],
      },
    ];
  }
  const cluster = /clusters\/([^/]+)\/logs/.exec(path)?.[1] ?? '';
  const refusal = refusals[cluster];
  if (refusal !== undefined) {
    const { status, errCode } = refusal;
    return [status, { errCode, externalMessage: `${errCode} : not to be shown` }];
  }
  const row = {
    id: `task-of-${cluster}`,
    clusterId: cluster,
    status: 'SUCCESS',
    createAt: 1_656_042_837_000,
  };
  return [200, { totalSize: 1, clusterLogRecord: [row] }];
}

beforeEach(async () => {
  refusals = {};
  upstream = createServer((request, answer) => {
    const url = new URL(request.url ?? '', 'http://upstream');
    const [status, body] = answerTo(url.pathname);
    answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await gateway.stop();
  upstream.closeAllConnections();
  await new Promise((resolve) => upstream.close(resolve));
});

async function start(clusters: readonly string[] | null = null): Promise<string> {
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const named = clusters?.map((id) => ({ id, name: null })) ?? null;
  const source = sourceWith({
    id: 's',
    provider: 'huawei-css',
    endpoint: url,
    clusters: named,
    minRefreshMs: 1,
  });
  gateway = await startGateway(
    { urls: { css: url, cbr: url, cce: url, ocp: url, iam: url } },
    { sources: () => [source], protection: { expectations: [LOGS] } },
  );
  return gateway.url;
}

async function statesOf(url: string): Promise<Record<string, string>> {
  const { body } = await ask(`${url}/v1/sources/s`);
  const { feeds } = body as { feeds: { name: string; state: string }[] };
  return Object.fromEntries(feeds.map(({ name, state }) => [name.replace('sources/s/feeds/', ''), state]));
}

/** The verdict on the cluster, the first reason for it, and the keys of the feeds that it rests on. */
async function judged(url: string, cluster: string, headers = {}): Promise<object> {
  const { body } = await ask(`${url}/v1/resources/s.css-cluster.${cluster}`, headers);
  const { verdict, reasons, evidence } = body as {
    verdict: string;
    reasons: { code: string; message: string }[];
    evidence: { feeds: string[]; complete: boolean };
  };
  const feeds = evidence.feeds.map((name) => name.replace('sources/s/feeds/', ''));
  return { verdict, ...reasons[0], feeds, complete: evidence.complete };
}

const NOT_ENABLED = { status: 400, errCode: 'CSS.0001' };

describe('a cluster on which log backup is not enabled', () => {
  it('is DISABLED, and part of no answer', async () => {
    refusals = { 'c-off': NOT_ENABLED };
    const url = await start();
    const { unreachable, completeness, totalSize } = await askPage(url, {});
    expect({ unreachable, totalSize, ...completeness }).toEqual({
      ...{ unreachable: [], totalSize: 1, complete: true, problems: [] },
      completeSince: '1970-01-01T00:00:00.000Z',
    });
    expect((await ask(`${url}/v1/tasks`, { prefer: 'handling=strict' })).status).toBe(200);
    expect(await statesOf(url)).toEqual({ 'c-on': 'FRESH', 'c-off': 'DISABLED' });
    expect((await ask(`${url}/v1/tasks/s.unknown`)).status).toBe(404);
    expect((await ask(`${url}/health/ready`)).body).toMatchObject({ status: 'ok' });
    const { text: metrics } = await ask(`${url}/metrics`);
    expect(metrics).toContain('tributary_feed_fresh{source="s",feed="sources/s/feeds/c-on"} 1\n');
    expect(metrics).not.toContain('tributary_feed_fresh{source="s",feed="sources/s/feeds/c-off"}');
    expect(metrics).not.toContain('tributary_feed_complete{source="s",feed="sources/s/feeds/c-off"}');
    expect(metrics).toContain('tributary_source_up{source="s"} 1\n');
  });

  it('is never backed up, whatever becomes of other clusters', async () => {
    refusals = { 'c-off': NOT_ENABLED };
    const url = await start();
    const neverRun = {
      ...{ verdict: 'VIOLATED', code: 'NEVER_RUN', feeds: ['c-off'], complete: true },
      message: 'No backup can run: the upstream says that backups are not enabled for sources/s/feeds/c-off.',
    };
    expect(await judged(url, 'c-off')).toEqual(neverRun);
    expect(await judged(url, 'c-on')).toEqual({ verdict: 'OK', feeds: ['c-on'], complete: true });
    refusals = { ...refusals, 'c-on': { status: 500, errCode: 'CSS.0005' } };
    const anew = { 'cache-control': 'no-cache' };
    expect(await judged(url, 'c-on', anew)).toMatchObject({ feeds: ['c-on'], complete: false });
    expect(await judged(url, 'c-off', anew)).toEqual(neverRun);
  });

  it.each([
    ['rights are missing', { status: 403, errCode: 'CSS.0010' }],
    ['there are too many calls', { status: 429, errCode: 'APIGW.0308' }],
    ['the cluster is gone', { status: 400, errCode: 'CSS.0047' }],
    ['the cluster is busy', { status: 400, errCode: 'CSS.0011' }],
    ['the service fails', { status: 500, errCode: 'CSS.0005' }],
  ])('is assumed only for the documented error, not where %s', async (_name, refusal) => {
    refusals = { 'c-off': refusal };
    const url = await start();
    const { completeness } = await askPage(url, {});
    expect(completeness).toMatchObject({ complete: false, problems: [{ feed: 'sources/s/feeds/c-off' }] });
    expect((await statesOf(url))['c-off']).toBe('FAILED');
    expect(await judged(url, 'c-off')).toEqual({
      ...{ verdict: 'UNKNOWN', code: 'SOURCE_UNREADABLE', feeds: ['c-off'], complete: false },
      message: 'sources/s/feeds/c-off could not be read.',
    });
  });

  it('is not assumed for a cluster that was ever read: it becomes stale', async () => {
    const url = await start();
    expect((await askPage(url, {})).totalSize).toBe(2);
    refusals = { 'c-off': NOT_ENABLED };
    const { completeness } = await askPage(url, {}, { 'cache-control': 'no-cache' });
    expect(completeness.problems).toMatchObject([{ feed: 'sources/s/feeds/c-off', state: 'STALE' }]);
  });

  it('is not assumed where no list of the source can be read', async () => {
    refusals = { 'c-off': NOT_ENABLED, 'c-on': NOT_ENABLED };
    const { status, body } = await ask(`${await start()}/v1/tasks`);
    expect(status).toBe(503);
    expect((body as SentPage['completeness']).problems).toHaveLength(2);
  });
});
