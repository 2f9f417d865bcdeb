import { once } from 'node:events';
import { METHODS, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { RawConnection } from './raw-connection.js';
import { until } from '../support/redis.js';
import type { SentProblem } from '../support/tasks.js';

let simulator: Simulator;
let gateway: RunningGateway;
beforeAll(async () => {
  simulator = await startSimulator({ fleet: { cssClusters: 0, cbrRows: 8, cceClusters: 0, ocpTenants: 0 } });
  gateway = await startGateway(simulator);
});
afterAll(async () => {
  await gateway.stop();
  await simulator.stop();
});

interface Reply {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends bytes as they are; answers what came until the gateway closed the connection, or has answered `whole`. */
async function exchange(sent: string): Promise<Reply> {
  const connection = new RawConnection(gateway.url);
  connection.send(sent);
  await connection.closed;
  connection.destroy();
  const { received } = connection;
  const [head = ''] = received.split('\r\n\r\n', 1);
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
  return { status, head, body: received.slice(head.length + 4) };
}

async function unreadable(status: number): Promise<number> {
  const { text: shown } = await ask(`${gateway.url}/metrics`);
  const series = `tributary_http_unreadable_requests_total{status="${status}"} `;
  const line = shown.split('\n').find((each) => each.startsWith(series));
  return Number(line?.slice(series.length));
}

/** The whole head of a GET but its end. */
const GET = 'GET /v1/tasks HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n';

describe('invalid HTTP', () => {
  it.each([
    ['two Host headers', `${GET}host: another\r\n\r\n`, 400, 'bad-request'],
    ['the same Host header twice', `${GET}Host: gateway\r\n\r\n`, 400, 'bad-request'],
    ['no Host header', 'GET /v1/tasks HTTP/1.1\r\n\r\n', 400, 'bad-request'],
    ['a request line without a version', 'GET /v1/tasks\r\n\r\n', 400, 'bad-request'],
    ['version 2.0', 'GET /v1/tasks HTTP/2.0\r\nHost: gateway\r\n\r\n', 400, 'bad-request'],
    ['version 9.9', 'GET /v1/tasks HTTP/9.9\r\nHost: gateway\r\n\r\n', 400, 'bad-request'],
    ['an unknown method', 'FETCH /v1/tasks HTTP/1.1\r\nHost: gateway\r\n\r\n', 400, 'bad-request'],
    ['a space in the target', 'GET /v1/ta sks HTTP/1.1\r\nHost: gateway\r\n\r\n', 400, 'bad-request'],
    ['two lengths', `${GET}Content-Length: 3\r\nContent-Length: 4\r\n\r\n`, 400, 'bad-request'],
    [
      'length and chunks',
      `${GET}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n`,
      400,
      'bad-request',
    ],
    ['an expectation nobody knows', `${GET}Expect: the-unexpected\r\n\r\n`, 417, 'bad-request'],
    ['a head of 20 kB', `${GET}X-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers-too-large'],
  ])('%s is rejected with a problem and counted', async (_what, ...[sent, status, slug]) => {
    const before = await unreadable(status);
    const reply = await exchange(sent);
    expect(reply.status).toBe(status);
    expect(reply.head).toMatch(/^content-type: application\/problem\+json; charset=utf-8$/im);
    expect(reply.head).toMatch(/^cache-control: no-store$/im);
    expect(reply.head).toMatch(/^x-content-type-options: nosniff$/im);
    const problem = JSON.parse(reply.body) as SentProblem;
    expect(problem).toMatchObject({ type: `/problems/${slug}`, status });
    expect(reply.head.toLowerCase()).toContain(`x-request-id: ${problem.requestId}`);
    expect(await unreadable(status)).toBe(before + 1);
  });

  it('is logged while it is rare', async () => {
    await until(async () => {
      const { requestId } = JSON.parse((await exchange(`${GET}host: another\r\n\r\n`)).body) as SentProblem;
      return gateway.log.some(
        (line) => line.includes(requestId) && line.includes('"msg":"rejected an unreadable request"'),
      );
    });
  });

  it("keeps the caller's request id where it can be read", async () => {
    const reply = await exchange('GET /a b HTTP/1.1\r\nHost: gateway\r\nX-Request-Id: mine-1\r\n\r\n');
    expect((JSON.parse(reply.body) as SentProblem).requestId).toBe('mine-1');
    const odd = await exchange('GET /a b HTTP/1.1\r\nHost: gateway\r\nX-Request-Id: <b>\r\n\r\n');
    expect((JSON.parse(odd.body) as SentProblem).requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is summarised in the log where it is frequent', async () => {
    const logged = (): string[] => gateway.log.filter((line) => line.includes('unreadable request'));
    const before = logged().length;
    await Promise.all(Array.from({ length: 200 }, () => exchange('nonsense\r\n\r\n')));
    await until(() => logged().some((line) => line.includes('rejected more unreadable requests')));
    expect(logged().length - before).toBeLessThan(100);
  });

  it('does not include HTTP/1.0 without a Host', async () => {
    expect((await exchange('GET /health/live HTTP/1.0\r\n\r\n')).status).toBe(200);
  });
});

describe('a request target in absolute form', () => {
  it('is answered like the usual form, and its host is not repeated', async () => {
    const reply = await exchange(
      'GET http://evil.example/v1/tasks?pageSize=2 HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n',
    );
    expect(reply.status).toBe(200);
    expect(reply.head).toMatch(/^link: <\/v1\/tasks\?/im);
    expect(reply.head + reply.body).not.toContain('evil.example');
  });

  it('is not repeated by errors either', async () => {
    const reply = await exchange(
      'GET http://evil.example/nowhere HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n',
    );
    expect(reply.status).toBe(404);
    expect((JSON.parse(reply.body) as SentProblem).instance).toBe('/nowhere');
  });
});

describe('a method', () => {
  const others = METHODS.filter((method) => !['GET', 'HEAD', 'CONNECT'].includes(method));

  async function askBy(method: string, path: string): Promise<{ message: IncomingMessage; body: string }> {
    const sent = request(`${gateway.url}${path}`, { method }).end();
    const [message] = (await once(sent, 'response')) as [IncomingMessage];
    return { message, body: await text(message) };
  }

  it.each(others)('%s gets a 405 on a known path, and a 404 elsewhere', async (method) => {
    for (const path of ['/v1/tasks', '/v1/tasks/a.b', '/health/live', '/metrics', '/openapi.json']) {
      const { message, body } = await askBy(method, path);
      expect({ path, status: message.statusCode }).toEqual({ path, status: 405 });
      expect(message.headers.allow).toBe('GET, HEAD');
      expect(JSON.parse(body)).toMatchObject({ type: '/problems/method-not-allowed', instance: path });
    }
    expect((await askBy(method, '/v1/nowhere')).message.statusCode).toBe(404);
  });
});

describe('an error', () => {
  const words = Array.from({ length: 7_000 }, () => 'a').join(',');
  const long = 'b'.repeat(12_000);
  const names = Array.from({ length: 1_200 }, (_, index) => `x${index}=1`).join('&');
  it.each([
    ['a list of bad words', `status=${words}`],
    ['a list of unknown sources', `source=${words}`],
    ['a long word', `trigger=${long}`],
    ['a long name', `${long}=1`],
    ['many unknown names', names],
    ['many names that every object has', Array.from({ length: 900 }, () => 'toString=1').join('&')],
  ])('about %s is hardly larger than its request', async (_what, query) => {
    const answer = await ask(`${gateway.url}/v1/tasks?${query}`);
    expect(answer.status).toBe(400);
    const { errors = [] } = answer.body as SentProblem;
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.length).toBeLessThanOrEqual(20);
    // The path comes back once, as `instance`.
    expect(answer.text.length - query.length).toBeLessThan(16_000);
  });

  it('states how many more there are', async () => {
    const list = await ask(`${gateway.url}/v1/tasks?status=${words}`);
    expect((list.body as SentProblem).errors?.[0]?.detail).toContain('and 6990 more');
    const parameters = await ask(`${gateway.url}/v1/tasks?${names}`);
    expect((parameters.body as SentProblem).detail).toContain('and 1180 more');
  });
});

describe('a traceparent in the log', () => {
  it.each([
    ['', 'x'.repeat(8_000)],
    ['', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
    ['', `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`],
    ['', '00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01'],
    ['', 'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
    ['', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more'],
    ['', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7'],
    [
      '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00',
      '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00',
    ],
    [
      'cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      `cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-${'x'.repeat(8_000)}`,
    ],
  ])('is %j when it is invalid or too long', async (logged, traceparent) => {
    const requestId = `trace-${Math.random()}`;
    await ask(`${gateway.url}/health/live`, { traceparent, 'x-request-id': requestId });
    await until(() => gateway.log.some((line) => line.includes(requestId)));
    const line = gateway.log.find((each) => each.includes(requestId)) ?? '{}';
    expect((JSON.parse(line) as { traceparent?: string }).traceparent ?? '').toBe(logged);
  });
});
