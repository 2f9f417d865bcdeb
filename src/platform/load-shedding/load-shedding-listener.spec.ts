import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { CommonHeaders } from '../serving/common-headers.js';
import { Drain } from '../stopping/drain.js';
import type { SheddableRequest } from './load-shedder.js';
import { loadSheddingListener } from './load-shedding-listener.js';
import { OverloadedAnswer } from './overloaded-answer.js';
import { ShedCounter, type ShedCause } from './shed-counter.js';

/** Serves each request as long as there is no cause to shed it. */
class FakeShedder {
  cause: ShedCause | null = null;
  asked = 0;

  add({ serve, shed }: SheddableRequest): void {
    this.asked += 1;
    if (this.cause === null) serve();
    else shed(this.cause);
  }
}

let shedder: FakeShedder;
let drain: Drain;
let metrics: Metrics;
let log: string[];
let server: Server;
beforeEach(async () => {
  shedder = new FakeShedder();
  drain = new Drain();
  metrics = new Metrics();
  log = [];
  const logger = createLogger('info', { write: (line) => log.push(line) });
  const counter = new ShedCounter(logger, metrics);
  const listener = loadSheddingListener((_request, response) => response.end('answered'), {
    shedder,
    counter,
    overloaded: new OverloadedAnswer(new CommonHeaders({ tls: null, corsOrigins: [] }), ''),
    drain,
  });
  server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

interface Got {
  readonly message: IncomingMessage;
  readonly body: string;
}

async function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<Got> {
  const { port } = server.address() as AddressInfo;
  const sent = request({ host: '127.0.0.1', port, path, ...options });
  sent.end();
  const [message] = (await once(sent, 'response')) as [IncomingMessage];
  return { message, body: await text(message) };
}

describe('a listener with load shedding', () => {
  it('passes on the requests that are served', async () => {
    expect((await ask('/v1/tasks')).body).toBe('answered');
    expect(shedder.asked).toBe(1);
  });

  it('sheds a request with a problem like any other error, and says when to retry', async () => {
    shedder.cause = 'queue';
    const { message, body } = await ask('/v1/tasks?status="FAILED"', { headers: { 'x-request-id': 'mine' } });
    expect(message.statusCode).toBe(503);
    expect(message.headers).toMatchObject({
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
      'x-request-id': 'mine',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    expect(message.headers['retry-after']).toMatch(/^[12]$/);
    expect(JSON.parse(body)).toEqual({
      type: '/problems/overloaded',
      title: 'The gateway is overloaded',
      status: 503,
      detail: 'The gateway is overloaded. Retry after the time in Retry-After.',
      instance: '/v1/tasks?status="FAILED"',
      requestId: 'mine',
    });
  });

  it('sheds a HEAD without a body, and a POST without reading its body', async () => {
    shedder.cause = 'in-flight';
    expect((await ask('/v1/tasks', { method: 'HEAD' })).body).toBe('');
    const { port } = server.address() as AddressInfo;
    const posted = request({ host: '127.0.0.1', port, path: '/v1/tasks', method: 'POST' });
    posted.end('x'.repeat(100_000));
    const [message] = (await once(posted, 'response')) as [IncomingMessage];
    expect(message.statusCode).toBe(503);
  });

  it.each(['/health/live', '/health/ready', '/metrics', '/metrics?all'])(
    'never sheds %s and never counts it as load',
    async (path) => {
      shedder.cause = 'queue';
      expect((await ask(path)).message.statusCode).toBe(200);
      expect(shedder.asked).toBe(0);
    },
  );

  it('keeps the connections of shed requests open until the gateway is about to stop', async () => {
    shedder.cause = 'queue';
    expect((await ask('/', { headers: { connection: 'keep-alive' } })).message.headers.connection).toBe(
      'keep-alive',
    );
    drain.begin();
    expect((await ask('/', { headers: { connection: 'keep-alive' } })).message.headers.connection).toBe(
      'close',
    );
  });

  it('counts shed requests, and logs one line for many of them', async () => {
    shedder.cause = 'queue';
    const got = await Promise.all(Array.from({ length: 300 }, () => ask('/v1/tasks')));
    expect(new Set(got.map(({ message }) => message.statusCode))).toEqual(new Set([503]));
    const shown = await metrics.render([]);
    expect(shown).toContain('tributary_http_shed_total{cause="queue"} 300');
    expect(log.filter((line) => line.includes('overloaded: some requests get 503'))).toHaveLength(1);
  });
});
