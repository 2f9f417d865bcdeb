import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { RawConnection } from './raw-connection.js';
import { until } from '../support/redis.js';
import type { SentProblem } from '../support/tasks.js';

const TIME_LIMITS = { headMs: 1_500, requestMs: 2_500, silenceMs: 60_000, checkEveryMs: 50 };
const MOST = 32;
const HALF_A_HEAD = 'GET /health/live HTTP/1.1\r\nHost: a\r\nX-Slow: ';

let simulator: Simulator;
let patient: RunningGateway;
let swift: RunningGateway;
beforeAll(async () => {
  simulator = await startSimulator({
    fleet: { cssClusters: 0, cbrRows: 3, cceClusters: 0, ocpTenants: 0 },
  });
  // Heads that are not complete stay for as long as it takes to look at them.
  patient = await startGateway(simulator, {
    maxConnections: MOST,
    timeLimits: { headMs: 600_000, requestMs: 900_000, silenceMs: 600_000, checkEveryMs: 1_000 },
  });
  swift = await startGateway(simulator, { timeLimits: TIME_LIMITS });
});
afterAll(async () => {
  await Promise.all([patient.stop(), swift.stop()]);
  await simulator.stop();
});

const open = new Set<RawConnection>();
afterEach(() => {
  for (const connection of open) connection.destroy();
  open.clear();
});

function connectTo({ url }: RunningGateway): RawConnection {
  const connection = new RawConnection(url);
  open.add(connection);
  return connection;
}

async function metric({ url }: RunningGateway, series: string): Promise<number> {
  const { text: shown } = await ask(`${url}/metrics`);
  const line = shown.split('\n').find((each) => each.startsWith(`${series} `));
  return Number(line?.slice(series.length));
}

describe('a slow client', () => {
  it('gets a 408 problem when the head of its request is not complete in time', async () => {
    const before = await metric(swift, 'tributary_http_unreadable_requests_total{status="408"}');
    const connection = connectTo(swift);
    connection.send(HALF_A_HEAD);
    const drip = setInterval(() => {
      connection.send('x');
    }, 20);
    await connection.closed;
    clearInterval(drip);
    const [head = '', body = ''] = connection.received.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(head).toMatch(/^content-type: application\/problem\+json; charset=utf-8$/im);
    expect(head).toMatch(/^connection: close$/im);
    const problem = JSON.parse(body) as SentProblem;
    expect(problem).toMatchObject({ type: '/problems/request-timeout', status: 408 });
    expect(head).toContain(`x-request-id: ${problem.requestId}`);
    expect((await ask(`${swift.url}${problem.type}`)).status).toBe(200);
    expect(await metric(swift, 'tributary_http_unreadable_requests_total{status="408"}')).toBe(before + 1);
    const line = swift.log.find((each) => each.includes(problem.requestId)) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({ status: 408, msg: 'rejected an unreadable request' });
  });

  it('loses its connection without an answer when it sends nothing', async () => {
    const connection = connectTo(swift);
    await connection.closed;
    expect(connection.received).toBe('');
    expect(await metric(swift, 'tributary_http_connections_dropped_total{cause="silent"}')).toBeGreaterThan(
      0,
    );
  });

  it('is answered before its body arrives where no body is expected, and loses its connection', async () => {
    const requests = [
      { line: 'POST /nowhere', status: 404 },
      { line: 'POST /v1/tasks', status: 405 },
      { line: 'GET /health/live', status: 200 },
    ];
    const sent = requests.map(({ line, status }) => {
      const connection = connectTo(swift);
      connection.send(`${line} HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nx`);
      return { connection, status };
    });
    for (const { connection, status } of sent) {
      await until(() => connection.received.includes('\r\n\r\n'));
      expect(connection.received).toContain(`HTTP/1.1 ${status} `);
    }
    await Promise.all(sent.map(({ connection }) => connection.closed));
    for (const { connection } of sent) expect(connection.received.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });
});

describe(`at the limit of ${MOST} connections`, () => {
  it('those that wait longest for a request are closed, and all others are answered', async () => {
    const warnings = (): string[] => patient.log.filter((line) => line.includes('"too many connections'));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await askOver(agent, patient)).toEqual({ status: 200, isReused: false });
    const slow: RawConnection[] = [];
    for (let count = 0; count < 4 * MOST; count++) {
      const connection = connectTo(patient);
      connection.send(HALF_A_HEAD);
      slow.push(connection);
      if (count % 8 === 0) expect((await ask(`${patient.url}/health/live`)).status).toBe(200);
    }
    expect(await askOver(agent, patient)).toEqual({ status: 200, isReused: true });
    agent.destroy();
    await until(() => slow.filter(({ isClosed }) => !isClosed).length < MOST);
    expect(slow[0]?.isClosed).toBe(true);
    expect(slow.at(-1)?.isOpen).toBe(true);
    expect(warnings()).toHaveLength(1);
    const dropped = await metric(patient, 'tributary_http_connections_dropped_total{cause="limit"}');
    expect(dropped).toBeGreaterThanOrEqual(3 * MOST);
    const shown = await metric(patient, 'tributary_http_connections');
    expect(shown).toBeGreaterThan(0);
    expect(shown).toBeLessThanOrEqual(MOST);
  });

  it('idle keep-alive connections are closed as well', async () => {
    const idle: RawConnection[] = [];
    for (let count = 0; count < 2 * MOST; count++) {
      const connection = connectTo(patient);
      connection.send('GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n');
      await until(() => connection.received.includes('"ok"'));
      idle.push(connection);
    }
    expect((await ask(`${patient.url}/health/live`)).status).toBe(200);
    expect(idle.at(-1)?.isOpen).toBe(true);
  });
});

async function askOver(
  agent: Agent,
  { url }: RunningGateway,
): Promise<{ status?: number; isReused: boolean }> {
  const sent = request(`${url}/health/live`, { agent }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  await text(answer);
  return { status: answer.statusCode, isReused: sent.reusedSocket };
}
