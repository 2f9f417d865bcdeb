import { get, request, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Connections } from '../connections/connections.js';
import { UnreadableRequests } from '../connections/unreadable-requests.js';
import { createLogger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { Drain } from '../stopping/drain.js';
import { GuardedServers } from './guarded-servers.js';
import { Refusals } from './refusals.js';
import { Sheds, type ShedCause } from './sheds.js';

/** Takes requests in as long as there is no cause against it. */
class Gate {
  cause: ShedCause | null = null;
  inside = 0;
  judged = 0;

  judge(): ShedCause | null {
    this.judged += 1;
    return this.cause;
  }

  enter(): void {
    this.inside += 1;
  }

  leave(): void {
    this.inside -= 1;
  }
}

let gate: Gate;
let drain: Drain;
let metrics: Metrics;
let log: string[];
let server: Server;
beforeEach(async () => {
  gate = new Gate();
  drain = new Drain();
  metrics = new Metrics();
  log = [];
  const logger = createLogger('info', { write: (line) => log.push(line) });
  const servers = new GuardedServers();
  const connections = new Connections(10_000, () => undefined);
  servers.equip({
    admission: gate,
    sheds: new Sheds(logger, metrics),
    refusals: new Refusals(drain),
    connections,
    unreadable: new UnreadableRequests(logger, metrics, connections),
  });
  server = servers.create((_request, response) => response.end('answered'), {
    keepAliveTimeout: 5_000,
    requestTimeout: 0,
  });
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

describe('a guarded server', () => {
  it('hands on what it takes in, and knows when that is over', async () => {
    expect((await ask('/v1/tasks')).body).toBe('answered');
    const { port } = server.address() as AddressInfo;
    const cut = get({ host: '127.0.0.1', port, path: '/v1/tasks' });
    cut.on('error', () => undefined).destroy();
    await ask('/v1/tasks');
    expect(gate.inside).toBe(0);
  });

  it('refuses with a problem that has all that errors have, and says when to ask again', async () => {
    gate.cause = 'queue';
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
      title: 'There is too much to do',
      status: 503,
      detail: 'There is more to do than can be done in time.',
      instance: '/v1/tasks?status="FAILED"',
      requestId: 'mine',
    });
  });

  it('refuses a HEAD without a body, and a POST whatever its body', async () => {
    gate.cause = 'in-flight';
    expect((await ask('/v1/tasks', { method: 'HEAD' })).body).toBe('');
    const { port } = server.address() as AddressInfo;
    const posted = request({ host: '127.0.0.1', port, path: '/v1/tasks', method: 'POST' });
    posted.end('x'.repeat(100_000));
    const [message] = (await once(posted, 'response')) as [IncomingMessage];
    expect(message.statusCode).toBe(503);
  });

  it.each(['/health/live', '/health/ready', '/metrics', '/metrics?all'])('never refuses %s', async (path) => {
    gate.cause = 'queue';
    expect((await ask(path)).message.statusCode).toBe(200);
    // Admission would take it for something that it refused, and the overload would go on.
    expect(gate.judged).toBe(0);
  });

  it('keeps connections of refused requests, until the gateway is about to stop', async () => {
    gate.cause = 'queue';
    expect((await ask('/', { headers: { connection: 'keep-alive' } })).message.headers.connection).toBe(
      'keep-alive',
    );
    drain.begin();
    expect((await ask('/', { headers: { connection: 'keep-alive' } })).message.headers.connection).toBe(
      'close',
    );
  });

  it('refuses all of many that come at once, counts them, and writes one line for them', async () => {
    gate.cause = 'queue';
    const got = await Promise.all(Array.from({ length: 300 }, () => ask('/v1/tasks')));
    expect(new Set(got.map(({ message }) => message.statusCode))).toEqual(new Set([503]));
    const shown = await metrics.render([]);
    expect(shown).toContain('tributary_http_shed_total{cause="queue"} 300');
    expect(log.filter((line) => line.includes('overloaded: requests are refused'))).toHaveLength(1);
  });
});
