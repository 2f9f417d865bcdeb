import dns from 'node:dns';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DIRECT, type ProxyAddress } from '@/model/egress.js';
import type { SourceConfig } from '@/model/source.js';
import { FailingUpstreams, UPSTREAM_TEXT } from './failing-upstreams.js';
import { startGateway, type RunningGateway } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { sourceWith } from '../support/reading.js';

/** RFC 2606, section 2. No resolver is asked for it here. */
const UNKNOWN_HOST = 'upstream.invalid';
/** Refuses connections: the kernel gives no server that asks for any free port one so low. */
const NOTHING = 'http://127.0.0.1:9';
/** For what never answers: enough to connect on a slow machine. All else has as long as it needs. */
const MUTE_MS = 2_000;

type Lookup = (host: string, options: object, done: (error: Error) => void) => void;

interface SentFeed {
  readonly name: string;
  readonly state: string;
  readonly reason: string | null;
  readonly cause: string | null;
  readonly failedCall: string | null;
  readonly httpStatus: number | null;
  readonly upstreamErrorCode: string | null;
  readonly upstreamRequestId: string | null;
  readonly upstreamCalls: number;
}

let upstreams: FailingUpstreams;
let gateway: RunningGateway | null;
/** How far the gateway's clock is ahead of the real one. */
let aheadMs: number;

beforeEach(() => {
  upstreams = new FailingUpstreams();
  gateway = null;
  aheadMs = 0;
  const lookup = dns.lookup as Lookup;
  const resolve: Lookup = (host, options, done) => {
    if (host !== UNKNOWN_HOST) lookup(host, options, done);
    else
      process.nextTick(
        done,
        Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' }),
      );
  };
  vi.spyOn(dns, 'lookup').mockImplementation(resolve as typeof dns.lookup);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await gateway?.stop();
  await upstreams.stop();
});

async function start(sources: readonly SourceConfig[]): Promise<RunningGateway> {
  const urls = { css: NOTHING, cbr: NOTHING, cce: NOTHING, ocp: NOTHING, iam: NOTHING, control: NOTHING };
  gateway = await startGateway({ urls }, { sources: () => sources, clock: () => Date.now() + aheadMs });
  return gateway;
}

/** A source with one feed, with a credential that no other has. */
function source(id: string, endpoint: string, changes: Partial<SourceConfig> = {}): SourceConfig {
  const credentials = { type: 'token', token: `secret-token-${id}` } as const;
  return sourceWith({ id, provider: 'huawei-cbr', endpoint, credentials, minRefreshMs: 10, ...changes });
}

async function feeds({ url }: RunningGateway): Promise<SentFeed[]> {
  const { body } = await ask(`${url}/v1/sources`);
  return (body as { sources: { feeds: SentFeed[] }[] }).sources.flatMap((each) => each.feeds);
}

/** Asks until it is so, for as long as a slow machine may need; waits for no backoff. */
async function until(
  isSo: (listed: readonly SentFeed[]) => boolean,
  running: RunningGateway,
): Promise<SentFeed[]> {
  for (let tries = 0; tries < 1_200; tries += 1) {
    await ask(`${running.url}/v1/tasks`, { 'cache-control': 'no-cache' });
    const listed = await feeds(running);
    if (isSo(listed)) return listed;
    await new Promise((resolve) => setTimeout(resolve, 50));
    aheadMs += 1_000;
  }
  throw new Error(JSON.stringify(await feeds(running)));
}

const callsOf = ([feed]: readonly SentFeed[]): number => feed?.upstreamCalls ?? 0;
const isRead = ({ cause, state }: SentFeed): boolean => cause !== null || state === 'FRESH';

function lines({ log }: RunningGateway, level: string): Record<string, unknown>[] {
  const all = log.map((line) => JSON.parse(line) as Record<string, unknown>);
  return all.filter((line) => line.level === level && 'feed' in line);
}

const json = (body: object): string => JSON.stringify(body);

/** What each source meets, and what is to be told of it. */
async function cases(): Promise<
  Record<string, [endpoint: string, told: Partial<SentFeed>, changes?: Partial<SourceConfig>]>
> {
  const demand = { requestCert: true, rejectUnauthorized: true };
  const huawei = json({ error_msg: UPSTREAM_TEXT, error_code: 'APIGW.0301', request_id: 'd4e8174b' });
  const css = json({ errCode: 'CSS.0001', externalMessage: UPSTREAM_TEXT });
  const header = { 'x-request-id': 'req-1', 'content-type': 'application/json' };
  const unreachable = { reason: 'UNREACHABLE', httpStatus: null, upstreamErrorCode: null };
  const told = (cause: string): Partial<SentFeed> => ({ ...unreachable, cause });
  const status = (httpStatus: number): Partial<SentFeed> => ({
    ...{ reason: 'UPSTREAM_ERROR', cause: 'HTTP_STATUS', httpStatus },
  });
  return {
    'unknown-ca': [await upstreams.https('untrusted', 'localhost'), told('TLS_UNTRUSTED')],
    expired: [await upstreams.https('expired', 'localhost'), told('TLS_EXPIRED')],
    'other-name': [await upstreams.https('trusted', 'other.example'), told('TLS_NAME')],
    'client-certificate': [
      await upstreams.https('trusted', 'localhost', demand),
      told('TLS_CLIENT_CERTIFICATE'),
    ],
    'client-certificate-12': [
      await upstreams.https('trusted', 'localhost', { ...demand, maxVersion: 'TLSv1.2' }),
      told('TLS_CLIENT_CERTIFICATE'),
    ],
    'client-certificate-page': [
      await upstreams.https('trusted', 'localhost', { requestCert: true, rejectUnauthorized: false }),
      { reason: 'UPSTREAM_ERROR', cause: 'TLS_CLIENT_CERTIFICATE', httpStatus: 400 },
    ],
    'no-tls': [(await upstreams.answering(200, '{}')).replace('http:', 'https:'), told('TLS_PROTOCOL')],
    'no-such-host': [`https://${UNKNOWN_HOST}`, told('DNS')],
    refused: [NOTHING, told('REFUSED')],
    reset: [
      await upstreams.tcp((socket) => {
        socket.once('data', () => socket.destroy());
      }),
      told('RESET'),
    ],
    'mute-handshake': [
      await upstreams.tcp(() => undefined, 'https'),
      { reason: 'TIMEOUT', cause: 'CONNECT_TIMEOUT' },
    ],
    mute: [await upstreams.http(() => undefined), { reason: 'TIMEOUT', cause: 'TIMEOUT', httpStatus: null }],
    'mute-body': [
      await upstreams.http((_, response) => response.writeHead(200).write('{')),
      { reason: 'TIMEOUT', cause: 'TIMEOUT', httpStatus: 200 },
    ],
    redirect: [
      await upstreams.answering(308, '', { location: `http://127.0.0.1/${UPSTREAM_TEXT}` }),
      status(308),
    ],
    'not-allowed': [
      await upstreams.answering(405, css, header),
      { ...status(405), upstreamErrorCode: 'CSS.0001', upstreamRequestId: 'req-1' },
    ],
    'wrong-credential': [
      await upstreams.answering(401, huawei),
      {
        ...status(401),
        reason: 'UNAUTHORIZED',
        upstreamErrorCode: 'APIGW.0301',
        upstreamRequestId: 'd4e8174b',
      },
    ],
    'odd-code': [
      await upstreams.answering(
        500,
        json({ error_code: `<b>${UPSTREAM_TEXT}</b>`, request_id: 'x'.repeat(65) }),
      ),
      { ...status(500), upstreamErrorCode: null, upstreamRequestId: null },
    ],
    html: [
      await upstreams.answering(200, `<html>${UPSTREAM_TEXT}</html>`),
      { reason: 'MALFORMED', cause: 'NOT_JSON', httpStatus: 200 },
    ],
    shape: [
      await upstreams.answering(200, json({ rows: UPSTREAM_TEXT })),
      { reason: 'MALFORMED', cause: 'SHAPE' },
    ],
    'no-http': [
      await upstreams.tcp((socket) => {
        socket.once('data', () => socket.end(`${UPSTREAM_TEXT}\r\n`));
      }),
      { reason: 'MALFORMED', cause: 'NOT_HTTP' },
    ],
    encoding: [
      await upstreams.answering(200, UPSTREAM_TEXT, { 'content-encoding': 'gzip' }),
      { reason: 'MALFORMED', cause: 'BAD_ENCODING', httpStatus: 200 },
    ],
    large: [
      await upstreams.answering(200, json({ operation_logs: 'x'.repeat(5 << 20) })),
      { reason: 'LIMIT', cause: 'TOO_LARGE', httpStatus: 200 },
    ],
    proxy: [
      await upstreams.answering(407, UPSTREAM_TEXT),
      { reason: 'UNREACHABLE', cause: 'PROXY', httpStatus: 407 },
    ],
  };
}

/** Goes out by this proxy. */
function through(proxy: string, login: string | null = null): Partial<SourceConfig> {
  const { protocol, hostname, port } = new URL(proxy);
  const address = { protocol, host: hostname, port: Number(port), authorization: login } as ProxyAddress;
  return { egress: { ...DIRECT, proxies: { http: address, https: address, exceptions: [] } } };
}

/** What each source meets at a proxy or beyond it, and what is to be told of it. */
async function proxyCases(): Promise<Record<string, [string, Partial<SentFeed>, Partial<SourceConfig>]>> {
  const told = (
    cause: string,
    httpStatus: number | null = null,
    reason = 'UNREACHABLE',
  ): Partial<SentFeed> => ({
    ...{ reason, cause, httpStatus, upstreamErrorCode: null },
  });
  const host = `https://${UNKNOWN_HOST}`;
  const silent = (): void => undefined;
  const refusing = (status: number): Promise<string> =>
    upstreams.tcp((socket) => {
      socket.once('data', () => socket.end(`HTTP/1.1 ${status} ${UPSTREAM_TEXT}\r\n\r\n`));
    });
  const ending = await upstreams.tcp((socket) => {
    socket.once('data', () => socket.destroy());
  });
  const demanding = await upstreams.https('trusted', 'localhost', {
    requestCert: true,
    rejectUnauthorized: true,
  });
  const untrusted = await upstreams.https('untrusted', 'localhost');
  const open = await upstreams.proxy();
  const login = 'Basic secret-token-of-the-proxy';
  return {
    'proxy-refuses': [host, told('PROXY'), through(NOTHING)],
    'proxy-refuses-http': ['http://127.0.0.1', told('PROXY'), through(NOTHING)],
    'no-such-proxy': [host, told('PROXY'), through(`http://${UNKNOWN_HOST}:3128`)],
    'proxy-untrusted': [host, told('PROXY'), through(untrusted)],
    'proxy-wants-login': [host, told('PROXY', 407), through(await refusing(407), login)],
    'proxy-wants-login-http': ['http://127.0.0.1', told('PROXY', 407), through(await refusing(407), login)],
    'proxy-forbids': [host, told('PROXY', 403), through(await refusing(403))],
    'proxy-finds-nothing': [host, told('PROXY', 502), through(await refusing(502))],
    'proxy-says-401': [host, told('PROXY', 401), through(await refusing(401))],
    'proxy-ends': [host, told('PROXY'), through(ending)],
    'proxy-no-http': [
      host,
      told('PROXY'),
      through(
        await upstreams.tcp((socket) => {
          socket.once('data', () => socket.end(`${UPSTREAM_TEXT}\r\n`));
        }),
      ),
    ],
    'mute-proxy': [host, told('CONNECT_TIMEOUT', null, 'TIMEOUT'), through(await upstreams.tcp(silent))],
    'mute-secure-proxy': [
      host,
      told('PROXY', null, 'TIMEOUT'),
      through(await upstreams.tcp(silent, 'https')),
    ],
    'untrusted-beyond': [untrusted, told('TLS_UNTRUSTED'), through(open)],
    'demanding-beyond': [demanding, told('TLS_CLIENT_CERTIFICATE'), through(open)],
    'mute-beyond': [
      await upstreams.tcp(silent, 'https'),
      told('CONNECT_TIMEOUT', null, 'TIMEOUT'),
      through(open),
    ],
    'wrong-certificate': [
      demanding,
      told('TLS_CLIENT_CERTIFICATE'),
      { egress: { ...DIRECT, clientCertificate: upstreams.identity('stranger.example') } },
    ],
  };
}

describe('the diagnosis of a feed that cannot be read', () => {
  it("is in the gateway's own words in /v1/sources, in metrics, and once in the log; never in those of the upstream", async () => {
    const expected = { ...(await cases()), ...(await proxyCases()) };
    const sources = Object.entries(expected).map(([id, [endpoint, , changes]]) =>
      source(id, endpoint, { timeoutMs: id.startsWith('mute') ? MUTE_MS : 60_000, ...changes }),
    );
    const running = await start(sources);
    await until((listed) => listed.every(isRead), running);
    const listed = await until((again) => again.every(isRead), running);
    for (const [id, [, feed]] of Object.entries(expected)) {
      const told = listed.find(({ name }) => name === `sources/${id}/feeds/operation-logs`);
      expect({ id, ...told }).toMatchObject({ id, failedCall: 'READ', ...feed });
    }

    const warnings = lines(running, 'warn');
    for (const { name, reason, cause } of listed) {
      expect(warnings.filter(({ feed }) => feed === name)).toMatchObject([{ reason, cause }]);
    }
    expect(lines(running, 'info')).toEqual([]);

    const metrics = (await ask(`${running.url}/metrics`)).text;
    expect(metrics).toMatch(
      /tributary_feed_state\{source="expired",feed="sources\/expired\/feeds\/operation-logs",state="FAILED",reason="UNREACHABLE",cause="TLS_EXPIRED"\} 1/,
    );
    expect(metrics).toMatch(
      /tributary_upstream_failed_calls_total\{source="expired",cause="TLS_EXPIRED"\} [1-9]/,
    );
    expect(metrics).toMatch(/tributary_upstream_failed_calls_total\{source="expired",cause="DNS"\} 0/);

    const shown = await Promise.all(
      ['/v1/sources', '/health/ready', '/v1/tasks', '/metrics'].map(
        async (path) => (await ask(running.url + path)).text,
      ),
    );
    // The access log has the address of the client, which is on loopback as well.
    const log = running.log.map((line) => line.replace(/"address":"[^"]*",/, ''));
    const text = [...shown, ...log.filter((line) => !line.includes('listening'))].join('\n');
    for (const tell of [
      UPSTREAM_TEXT,
      UNKNOWN_HOST,
      'secret-token',
      '127.0.0.1',
      'localhost',
      'other.example',
    ]) {
      expect(text).not.toContain(tell);
    }
  }, 180_000);

  it('covers the list of feeds, and the log-in before a read', async () => {
    const account = {
      type: 'password',
      domain: 'acme',
      username: 'reader',
      password: 'secret-word',
    } as const;
    const refusedLogin = await upstreams.answering(
      401,
      json({ error: { code: 401, message: UPSTREAM_TEXT, title: 'Unauthorized' } }),
      { 'x-iam-trace-id': 'trace-1' },
    );
    const running = await start([
      source('unlisted', NOTHING, { provider: 'huawei-css' }),
      source('no-iam', NOTHING, { credentials: { ...account, iamEndpoint: NOTHING } }),
      source('iam', NOTHING, { credentials: { ...account, username: 'other', iamEndpoint: refusedLogin } }),
    ]);
    await until((listed) => listed.every(isRead), running);
    const listed = await until((again) => again.every(isRead), running);
    expect(listed).toMatchObject([
      { name: 'sources/unlisted/feeds/-', reason: 'UNREACHABLE', cause: 'REFUSED', failedCall: 'READ' },
      { reason: 'UNREACHABLE', cause: 'REFUSED', failedCall: 'LOG_IN', httpStatus: null },
      {
        ...{ reason: 'UNAUTHORIZED', cause: 'HTTP_STATUS', failedCall: 'LOG_IN', httpStatus: 401 },
        ...{ upstreamErrorCode: null, upstreamRequestId: 'trace-1' },
      },
    ]);
    expect(lines(running, 'warn').map(({ feed, call }) => [feed, call])).toEqual(
      expect.arrayContaining(listed.map(({ name, failedCall }) => [name, failedCall])),
    );
    expect(lines(running, 'warn')).toHaveLength(3);
  }, 120_000);

  it('is logged again when it changes, and the recovery once', async () => {
    const empty = json({ operation_logs: [], count: 0, limit: 1000, offset: 0 });
    const answer = { status: 405, body: '{}' };
    const endpoint = await upstreams.http((_request, response) => {
      response.writeHead(answer.status).end(answer.body);
    });
    const running = await start([source('s', endpoint)]);
    await until(([feed]) => feed?.httpStatus === 405, running);
    const calls = callsOf(await feeds(running));
    await until((listed) => callsOf(listed) > calls, running);
    answer.status = 302;
    await until(([feed]) => feed?.httpStatus === 302, running);
    Object.assign(answer, { status: 200, body: empty });
    const well = await until(([feed]) => feed?.state === 'FRESH', running);
    expect(well).toMatchObject([{ reason: null, cause: null, failedCall: null, httpStatus: null }]);
    await until((listed) => callsOf(listed) > callsOf(well), running);
    expect(lines(running, 'warn').map(({ httpStatus }) => httpStatus)).toEqual([405, 302]);
    expect(lines(running, 'info').map(({ feed }) => feed)).toEqual(['sources/s/feeds/operation-logs']);
  }, 120_000);
});
