import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server as TcpServer, Socket } from 'node:net';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import type { ReadContext } from '@/model/provider.js';
import type { Credentials, CredentialsOf, SourceConfig } from '@/model/source.js';
import { protocol as ocpProtocol } from '@/providers/oceanbase-ocp/wire.js';
import { ocpAuthorization } from '@/providers/oceanbase-ocp/ocp-aksk.js';
import { clockOf } from '../../test/support/clock.js';
import { CLOCK } from '@/model/clock.js';
import { sourceWith } from '../../test/support/reading.js';
import { huaweiAuthorization } from './huawei/huawei-aksk.js';
import type { AKSK as HUAWEI_AKSK, PASSWORD } from './huawei/huawei-credentials.js';
import { huaweiProtocol } from './huawei/huawei-protocol.js';
import { UpstreamClients } from './upstream-client.js';
import type { UpstreamClient, UpstreamProtocol } from './upstream-client.js';
import { reasonOfStatus, UpstreamError } from './upstream-error.js';
import { UpstreamModule } from './upstream.module.js';
import { UpstreamObserver } from './upstream-observer.js';
import type { FinishedCall, RetriedCall } from './upstream-observer.js';

const OCP: UpstreamProtocol = {
  ...ocpProtocol,
  failureOf: (status, body) =>
    typeof body === 'object' && body !== null && 'successful' in body && body.successful === false
      ? 'UPSTREAM_ERROR'
      : reasonOfStatus(status),
};
const LIST = { path: '/v3/p/operation-logs' };
const TOKEN: Credentials = { type: 'token', token: 'secret-token' };
const AKSK: CredentialsOf<typeof HUAWEI_AKSK> = {
  type: 'aksk',
  accessKey: 'ACCESS',
  secretKey: 'secret-key',
  securityToken: 'secret-security-token',
};

const servers: (Server | TcpServer)[] = [];
let app: TestingModule;
let clients: UpstreamClients;
let nowMs: number | null = null;
let finished: FinishedCall[] = [];
let retried: RetriedCall[] = [];

class RecordingObserver extends UpstreamObserver {
  override callFinished(call: FinishedCall): void {
    finished.push(call);
  }

  override callRetried(call: RetriedCall): void {
    retried.push(call);
  }
}

@Module({})
class Platform {}

beforeEach(async () => {
  nowMs = null;
  finished = [];
  retried = [];
  const platform = {
    module: Platform,
    global: true,
    providers: [
      { provide: UpstreamObserver, useClass: RecordingObserver },
      { provide: CLOCK, useValue: clockOf(() => nowMs ?? Date.now()) },
    ],
    exports: [UpstreamObserver, CLOCK],
  };
  app = await Test.createTestingModule({ imports: [platform, UpstreamModule] }).compile();
  clients = app.get(UpstreamClients);
});

afterEach(async () => {
  await app.close();
  for (const server of servers.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  }
});

async function listen(server: Server | TcpServer): Promise<string> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function serve(answer: RequestListener): Promise<string> {
  return listen(createServer({ maxHeaderSize: 128 * 1024 }, answer));
}

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function source(endpoint: string, changes: Partial<SourceConfig> = {}): SourceConfig {
  return sourceWith({ id: 'backups', provider: 'huawei-cbr', endpoint, credentials: TOKEN, ...changes });
}

function open(endpoint: string, changes: Partial<SourceConfig> = {}): UpstreamClient {
  return clients.open(source(endpoint, changes), huaweiProtocol);
}

function context(changes: Partial<ReadContext> = {}): ReadContext {
  const signal = new AbortController().signal;
  return { signal, onCall: () => undefined, previous: null, ...changes };
}

async function failure(answer: Promise<unknown>): Promise<UpstreamError> {
  const error = await answer.then(
    () => new Error('it succeeded'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UpstreamError);
  return error as UpstreamError;
}

async function reasonFor(answer: RequestListener, changes: Partial<SourceConfig> = {}): Promise<string> {
  const endpoint = await serve(answer);
  const { reason } = await failure(open(endpoint, changes).getJson(LIST, context()));
  return reason;
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a call', () => {
  it('has the headers of the credential, the project and the protocol', async () => {
    let seen: IncomingMessage | null = null;
    const endpoint = await serve((request, response) => {
      seen = request;
      json(response, { operation_logs: [] });
    });

    const body = await open(endpoint).getJson(LIST, context());

    expect(body).toEqual({ operation_logs: [] });
    expect(seen).toHaveProperty('method', 'GET');
    expect(seen).toHaveProperty(
      'headers',
      expect.objectContaining({
        'x-auth-token': 'secret-token',
        'x-project-id': 'p',
        'content-type': 'application/json',
        accept: 'application/json',
        host: new URL(endpoint).host,
      }),
    );
  });

  it('sends the path as given and the query encoded once', async () => {
    let url = '';
    const endpoint = await serve((request, response) => {
      url = request.url ?? '';
      json(response, {});
    });
    const query = { start_time: '2018-01-01T12:00:00+08:00', resource_name: "测 (&=%.*)~'", limit: 10 };
    await open(`${endpoint}/base`).getJson({ path: '/v3/a%20b/logs', query }, context());
    expect(url).toBe(
      '/base/v3/a%20b/logs?limit=10&resource_name=%E6%B5%8B%20%28%26%3D%25.%2A%29~%27' +
        '&start_time=2018-01-01T12%3A00%3A00%2B08%3A00',
    );
  });

  it('is signed over what is sent, by the rules of Huawei', async () => {
    let expected = '';
    const endpoint = await serve((request, response) => {
      const [path = '', query = ''] = (request.url ?? '').split('?');
      const names = ['host', 'x-project-id', 'x-sdk-date', 'x-security-token'];
      const headers = Object.fromEntries(names.map((name) => [name, headerOf(request, name)]));
      expected = huaweiAuthorization({ method: 'GET', path, query, headers, body: '' }, AKSK);
      json(response, { given: request.headers.authorization });
    });
    const client = open(endpoint, { credentials: AKSK });
    const answer = await client.getJson({ ...LIST, query: { b: '1+2', a: 'x y' } }, context());
    expect(expected).toContain('SignedHeaders=host;x-project-id;x-sdk-date;x-security-token');
    expect(answer).toEqual({ given: expected });
  });

  it('is signed over what is sent, by the rules of OCP', async () => {
    let expected = '';
    const endpoint = await serve((request, response) => {
      expected = ocpAuthorization(
        {
          method: 'GET',
          body: '',
          contentType: headerOf(request, 'content-type'),
          date: headerOf(request, 'date'),
          host: headerOf(request, 'host'),
          ocpHeaders: {},
          pathAndQuery: request.url ?? '',
        },
        AKSK,
      );
      json(response, { given: request.headers.authorization, contentType: request.headers['content-type'] });
    });
    const client = clients.open(source(endpoint, { credentials: AKSK }), OCP);
    const answer = await client.getJson(
      { path: '/api', query: { t: '2021-09-16T15:14:51+08:00' } },
      context(),
    );
    expect(answer).toEqual({ given: expected, contentType: 'application/json' });
  });

  it('authenticates at OCP by user name and password', async () => {
    let headers: IncomingMessage['headers'] = {};
    const endpoint = await serve((request, response) => {
      headers = request.headers;
      json(response, { successful: true });
    });
    const credentials: Credentials = { type: 'basic', username: 'admin', password: 'pässword' };
    await clients.open(source(endpoint, { credentials }), OCP).getJson(LIST, context());
    expect(headers.authorization).toBe(`Basic ${Buffer.from('admin:pässword').toString('base64')}`);
    expect(headers).not.toHaveProperty('x-project-id');
  });

  it('keeps its connection for the next', async () => {
    let connections = 0;
    const server = createServer((_request, response) => {
      json(response, {});
    });
    server.on('connection', () => (connections += 1));
    const client = open(await listen(server));
    for (let call = 0; call < 5; call += 1) await client.getJson(LIST, context());
    expect(connections).toBe(1);
  });

  it('reads compressed answers', async () => {
    const endpoint = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"count":1}'));
    });
    expect(await open(endpoint).getJson(LIST, context())).toEqual({ count: 1 });
  });

  it('is reported to the observer with its outcome', async () => {
    let status = 200;
    const endpoint = await serve((_request, response) => {
      json(response, {}, status);
    });
    const client = open(endpoint);
    nowMs = 5_000;
    await client.getJson(LIST, context());
    status = 500;
    await failure(client.getJson(LIST, context()));
    expect(finished).toEqual([
      { source: 'backups', outcome: 'OK', cause: null, httpStatus: null, durationMs: 0 },
      {
        source: 'backups',
        outcome: 'UPSTREAM_ERROR',
        cause: 'HTTP_STATUS',
        httpStatus: 500,
        durationMs: 0,
      },
    ]);
  });

  it('ignores the proxies of the environment', async () => {
    let proxied = 0;
    const proxy = await serve((_request, response) => {
      proxied += 1;
      json(response, {});
    });
    const endpoint = await serve((_request, response) => {
      json(response, { direct: true });
    });
    const names = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy'];
    const before = names.map((name) => [name, process.env[name]] as const);
    for (const name of names) process.env[name] = proxy;
    try {
      expect(await open(endpoint).getJson(LIST, context())).toEqual({ direct: true });
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
    }
    expect(proxied).toBe(0);
  });
});

describe('a failed answer', () => {
  it.each([
    [400, 'UPSTREAM_ERROR'],
    [401, 'UNAUTHORIZED'],
    [403, 'FORBIDDEN'],
    [404, 'NOT_FOUND'],
    [429, 'THROTTLED'],
    [500, 'UPSTREAM_ERROR'],
    [503, 'UPSTREAM_ERROR'],
  ])('of status %d is %s', async (status, reason) => {
    expect(
      await reasonFor((_request, response) => {
        json(response, { message: 'text' }, status);
      }),
    ).toBe(reason);
  });

  it('is mapped by the protocol, whatever the status', async () => {
    const endpoint = await serve((_request, response) => {
      json(response, { successful: false, status: 200 });
    });
    const client = clients.open(source(endpoint, { credentials: AKSK }), OCP);
    expect(await failure(client.getJson(LIST, context()))).toHaveProperty('reason', 'UPSTREAM_ERROR');
  });

  it('stays a failure when the protocol finds nothing wrong with it', async () => {
    const endpoint = await serve((_request, response) => {
      json(response, {}, 500);
    });
    const client = clients.open(source(endpoint), { ...huaweiProtocol, failureOf: () => null });
    expect(await failure(client.getJson(LIST, context()))).toHaveProperty('reason', 'UPSTREAM_ERROR');
  });

  it('is an UpstreamError even when the protocol fails on it', async () => {
    const endpoint = await serve((_request, response) => {
      json(response, {});
    });
    const failureOf = (): never => {
      throw new TypeError('no such field');
    };
    const client = clients.open(source(endpoint), { ...huaweiProtocol, failureOf });
    expect(await failure(client.getJson(LIST, context()))).toHaveProperty('message', 'UPSTREAM_ERROR');
  });

  it.each([
    ['a page of HTML', '<html><body>maintenance</body></html>'],
    ['cut JSON', '{"operation_logs": [{"id":'],
    ['nothing', ''],
  ])('with %s and status 200 is MALFORMED', async (_name, body) => {
    expect(await reasonFor((_request, response) => response.end(body))).toBe('MALFORMED');
  });

  it('with broken compression is MALFORMED', async () => {
    expect(
      await reasonFor((_request, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end('{"count":1}');
      }),
    ).toBe('MALFORMED');
  });

  it('of bytes that are not HTTP is MALFORMED', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('220 mail.example ESMTP ready\r\n');
    });
    const client = open(await listen(server));
    expect(await failure(client.getJson(LIST, context()))).toHaveProperty('reason', 'MALFORMED');
  });

  it('over the limit is LIMIT, counted after decompression', async () => {
    const bomb = gzipSync(Buffer.alloc(65 * 1024 * 1024, ' '));
    expect(
      await reasonFor((_request, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
      }),
    ).toBe('LIMIT');
  });

  it('states how long to wait', async () => {
    nowMs = Date.UTC(2024, 5, 5, 7, 8, 9);
    const headers: Record<string, string>[] = [
      { 'retry-after': '120' },
      { 'retry-after': new Date(nowMs + 5_000).toUTCString(), date: new Date(nowMs).toUTCString() },
      { 'ratelimit-reset': '8' },
      { 'retry-after': '7200' },
      {},
    ];
    const answers = [...headers];
    const endpoint = await serve((_request, response) => {
      response.writeHead(429, answers.shift()).end('{}');
    });
    const told: (number | null)[] = [];
    while (told.length < headers.length) {
      // One source each: what one asks for is obeyed by its next call.
      const client = open(endpoint, { id: `source-${told.length}` });
      told.push((await failure(client.getJson(LIST, context()))).retryAfterMs);
    }
    expect(told).toEqual([120_000, 5_000, 8_000, 3_600_000, null]);
  });
});

describe('a retry', () => {
  interface Tried {
    readonly arrived: number;
    readonly calls: number;
    readonly outcome: string;
  }

  /** What a call met, how often it went out, and how often it was counted. */
  async function tried(faults: readonly RequestListener[]): Promise<Tried> {
    let [arrived, calls] = [0, 0];
    const endpoint = await serve((request, response) => {
      const fault = faults[arrived];
      arrived += 1;
      if (fault === undefined) json(response, {});
      else fault(request, response);
    });
    const onCall = (): void => {
      calls += 1;
    };
    const outcome = await open(endpoint, { timeoutMs: 300 })
      .getJson(LIST, context({ onCall }))
      .then(
        () => 'OK',
        (error: unknown) => (error as UpstreamError).reason,
      );
    return { arrived, calls, outcome };
  }

  const status =
    (code: number, headers: Record<string, string> = {}): RequestListener =>
    (_request, response) =>
      response.writeHead(code, headers).end('{}');
  const reset: RequestListener = (request) => request.socket.destroy();

  it.each([
    ['a reset connection', reset],
    ['status 429', status(429)],
    ['status 502', status(502)],
    ['status 503', status(503)],
    ['status 504', status(504)],
  ])('repeats a call that failed with %s, and counts as a call', async (_name, fault) => {
    expect(await tried([fault, fault])).toEqual({ arrived: 3, calls: 3, outcome: 'OK' });
    expect(finished).toHaveLength(3);
    expect(retried).toHaveLength(2);
  });

  it.each<[string, RequestListener, string]>([
    ['status 400', status(400), 'UPSTREAM_ERROR'],
    ['status 401', status(401), 'UNAUTHORIZED'],
    ['status 403', status(403), 'FORBIDDEN'],
    ['status 404', status(404), 'NOT_FOUND'],
    ['status 500', status(500), 'UPSTREAM_ERROR'],
    ['no JSON', (_request, response) => response.end('<html>'), 'MALFORMED'],
    ['nothing at all', () => undefined, 'TIMEOUT'],
    ['a long Retry-After', status(503, { 'retry-after': '3' }), 'UPSTREAM_ERROR'],
    ['a long Retry-After of a 429', status(429, { 'retry-after': '3' }), 'THROTTLED'],
  ])('does not happen for a call that failed with %s', async (_name, fault, reason) => {
    expect(await tried([fault])).toEqual({ arrived: 1, calls: 1, outcome: reason });
    expect(retried).toEqual([]);
  });

  it('counts against the rate like any call', async () => {
    let arrived = 0;
    const endpoint = await serve((_request, response) => {
      arrived += 1;
      json(response, {}, 503);
    });
    const controller = new AbortController();
    const client = open(endpoint, { rate: { calls: 2, perMs: 3_600_000 } });
    const answer = failure(client.getJson(LIST, context({ signal: controller.signal })));
    await until(() => retried.length === 2);
    controller.abort();
    expect(await answer).toHaveProperty('reason', 'TIMEOUT');
    expect(arrived).toBe(2);
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('of status %d is not followed', async (status) => {
    let strayed = 0;
    const other = await serve((_request, response) => {
      strayed += 1;
      json(response, {});
    });
    const reason = await reasonFor((_request, response) => {
      response.writeHead(status, { location: `${other}/elsewhere` }).end();
    });
    expect(reason).toBe('UPSTREAM_ERROR');
    expect(strayed).toBe(0);
  });
});

describe('a broken connection', () => {
  it('that is refused is UNREACHABLE', async () => {
    const server = createServer();
    const endpoint = await listen(server);
    server.close();
    await once(server, 'close');
    expect(await failure(open(endpoint).getJson(LIST, context()))).toHaveProperty('reason', 'UNREACHABLE');
  });

  it('that is reset before an answer is UNREACHABLE', async () => {
    expect(await reasonFor((request) => request.socket.destroy())).toBe('UNREACHABLE');
  });

  it('that speaks no TLS is UNREACHABLE', async () => {
    const endpoint = await serve((_request, response) => response.end());
    const client = open(endpoint.replace('http:', 'https:'));
    expect(await failure(client.getJson(LIST, context()))).toHaveProperty('reason', 'UNREACHABLE');
  });

  it.each([
    ['a length', { 'content-length': '100' }, '{"operation_logs": ['],
    ['chunks', {}, '{"operation_logs": ['],
    ['compression', { 'content-encoding': 'gzip' }, gzipSync(`{"a":"${'b'.repeat(999)}"}`).subarray(0, 20)],
  ])('that is closed in the middle of a body with %s is UNREACHABLE', async (_name, headers, part) => {
    const reason = await reasonFor((request, response) => {
      response.writeHead(200, headers);
      response.write(part, () => {
        request.socket.destroySoon();
      });
    });
    expect(reason).toBe('UNREACHABLE');
  });
});

describe('time', () => {
  it('closes the socket of a hanging call when its signal is aborted', async () => {
    const sockets: Socket[] = [];
    const endpoint = await serve((request) => sockets.push(request.socket));
    const controller = new AbortController();
    const answer = failure(open(endpoint).getJson(LIST, context({ signal: controller.signal })));
    await until(() => sockets.length === 1);
    controller.abort();
    expect(await answer).toMatchObject({ reason: 'TIMEOUT', retryAfterMs: null });
    await until(() => sockets.every(({ closed }) => closed));
  });

  it('ends a call that hangs before its answer', async () => {
    expect(await reasonFor(() => undefined, { timeoutMs: 50 })).toBe('TIMEOUT');
  });

  it('ends a call whose body never ends', async () => {
    const reason = await reasonFor(
      (_request, response) => {
        const drip = setInterval(() => response.write(' '), 10);
        response.on('close', () => {
          clearInterval(drip);
        });
      },
      { timeoutMs: 150 },
    );
    expect(reason).toBe('TIMEOUT');
  });

  it('sends nothing when the signal was aborted before', async () => {
    let calls = 0;
    const endpoint = await serve((_request, response) => {
      json(response, {});
    });
    const answer = open(endpoint).getJson(
      LIST,
      context({ signal: AbortSignal.abort(), onCall: () => (calls += 1) }),
    );
    expect(await failure(answer)).toHaveProperty('reason', 'TIMEOUT');
    expect(calls).toBe(0);
    expect(finished).toEqual([]);
  });
});

describe('limits', () => {
  it('keep to the concurrency of the source, over all its clients', async () => {
    const held: ServerResponse[] = [];
    let most = 0;
    // None is answered before three are there, and a fourth has had the time to come.
    const endpoint = await serve((_request, response) => {
      held.push(response);
      most = Math.max(most, held.length);
      if (held.length !== 3) return;
      setTimeout(() => {
        for (const each of held.splice(0)) json(each, {});
      }, 5);
    });
    const [one, other] = [open(endpoint, { concurrency: 3 }), open(endpoint, { concurrency: 3 })];
    const calls = Array.from({ length: 30 }, (_, index) =>
      (index % 2 ? one : other).getJson(LIST, context()),
    );
    await Promise.all(calls);
    expect(most).toBe(3);
  });

  it('release a queued call when it is aborted, and never send it', async () => {
    const held: ServerResponse[] = [];
    const endpoint = await serve((_request, response) => held.push(response));
    const client = open(endpoint, { concurrency: 1 });
    let calls = 0;
    const onCall = (): void => {
      calls += 1;
    };
    const first = client.getJson(LIST, context({ onCall }));
    const controller = new AbortController();
    const queued = failure(client.getJson(LIST, context({ signal: controller.signal, onCall })));
    const last = client.getJson(LIST, context({ onCall }));
    await until(() => held.length === 1);
    controller.abort();
    expect(await queued).toHaveProperty('reason', 'TIMEOUT');
    held.forEach((response) => {
      json(response, {});
    });
    await first;
    await until(() => held.length === 2);
    held.slice(1).forEach((response) => {
      json(response, {});
    });
    await last;
    expect([held.length, calls]).toEqual([2, 2]);
  });

  it('delay calls over the rate as long as the signal allows', async () => {
    let arrived = 0;
    const endpoint = await serve((_request, response) => {
      arrived += 1;
      json(response, {});
    });
    const client = open(endpoint, { rate: { calls: 2, perMs: 3_600_000 } });
    const controller = new AbortController();
    const answers = [1, 2, 3].map(() => client.getJson(LIST, context({ signal: controller.signal })));
    await Promise.all(answers.slice(0, 2));
    controller.abort();
    expect(await failure(Promise.all(answers))).toHaveProperty('reason', 'TIMEOUT');
    expect(arrived).toBe(2);
  });

  it('send calls over the rate in the next window', async () => {
    const endpoint = await serve((_request, response) => {
      json(response, {});
    });
    const client = open(endpoint, { rate: { calls: 2, perMs: 40 } });
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => client.getJson(LIST, context())));
    expect(answers).toHaveLength(5);
  });
});

describe('a rejected credential', () => {
  it('is tried once, whatever the number of calls and sources that need it', async () => {
    let arrived = 0;
    let calls = 0;
    const endpoint = await serve((_request, response) => {
      arrived += 1;
      json(response, { error_code: 'APIGW.0301' }, 401);
    });
    const sources = ['a', 'b', 'c'].map((id) => open(endpoint, { id, credentials: AKSK }));
    const onCall = (): void => {
      calls += 1;
    };
    const answers = sources.flatMap((client) =>
      [1, 2, 3, 4].map(() => failure(client.getJson(LIST, context({ onCall })))),
    );
    const reasons = new Set((await Promise.all(answers)).map(({ reason }) => reason));
    expect(reasons).toEqual(new Set(['UNAUTHORIZED']));
    expect([arrived, calls, finished.length]).toEqual([1, 1, 1]);
  });

  it('costs no budget during the backoff', async () => {
    let status = 401;
    const endpoint = await serve((_request, response) => {
      json(response, {}, status);
    });
    nowMs = 1_000_000;
    const client = open(endpoint, { rate: { calls: 2, perMs: 3_600_000 } });
    for (let call = 0; call < 10; call += 1) await failure(client.getJson(LIST, context()));
    status = 200;
    nowMs += 2_000;
    expect(await client.getJson(LIST, context())).toEqual({});
  });
});

describe('a log-in', () => {
  interface Login {
    readonly url: string | undefined;
    readonly body: unknown;
  }

  let logins: Login[] = [];
  let credentials: CredentialsOf<typeof PASSWORD>;
  let answerLogin: (response: ServerResponse) => void;
  /** Some services take tokens of up to 32 kB. */
  const longToken = 't'.repeat(30_000);

  function issue(response: ServerResponse, value: string): void {
    const token = { issued_at: '2024-06-05T00:00:00.000000Z', expires_at: '2024-06-06T00:00:00.000000Z' };
    response.setHeader('x-subject-token', value);
    json(response, { token }, 201);
  }

  beforeEach(async () => {
    logins = [];
    answerLogin = (response) => {
      issue(response, `${longToken}${logins.length}`);
    };
    const iamEndpoint = await serve((request, response) => {
      void request.toArray().then((chunks: Buffer[]) => {
        logins.push({ url: request.url, body: JSON.parse(Buffer.concat(chunks).toString()) as unknown });
        answerLogin(response);
      });
    });
    credentials = {
      type: 'password',
      iamEndpoint,
      domain: 'acme',
      username: 'reader',
      password: 'secret-password',
    };
  });

  it('gets one token for all calls, and does not count as a call of the feed', async () => {
    const tokens = new Set<string>();
    const endpoint = await serve((request, response) => {
      tokens.add(headerOf(request, 'x-auth-token'));
      json(response, {});
    });
    let calls = 0;
    const onCall = (): void => {
      calls += 1;
    };
    const sources = ['a', 'b'].map((id) => open(endpoint, { id, credentials }));
    await Promise.all(
      sources.flatMap((client) => [1, 2].map(() => client.getJson(LIST, context({ onCall })))),
    );
    expect(tokens).toEqual(new Set([`${longToken}1`]));
    expect(calls).toBe(4);
    const domain = { name: 'acme' };
    const user = { name: 'reader', password: 'secret-password', domain };
    expect(logins).toEqual([
      {
        url: '/v3/auth/tokens',
        body: {
          auth: {
            identity: { methods: ['password'], password: { user } },
            scope: { project: { id: 'p' } },
          },
        },
      },
    ]);
  });

  it('is repeated once when a token is rejected, and the call with it', async () => {
    let calls = 0;
    const endpoint = await serve((request, response) => {
      const valid = headerOf(request, 'x-auth-token').endsWith('2');
      json(response, {}, valid ? 200 : 401);
    });
    const client = open(endpoint, { credentials });
    const onCall = (): void => {
      calls += 1;
    };
    expect(await client.getJson(LIST, context({ onCall }))).toEqual({});
    expect([calls, logins.length]).toEqual([2, 2]);
  });

  it('is not repeated again when the new token is rejected too', async () => {
    let arrived = 0;
    const endpoint = await serve((_request, response) => {
      arrived += 1;
      json(response, {}, 401);
    });
    const client = open(endpoint, { credentials });
    for (let call = 0; call < 5; call += 1) {
      expect(await failure(client.getJson(LIST, context()))).toHaveProperty('reason', 'UNAUTHORIZED');
    }
    expect([arrived, logins.length]).toEqual([2, 2]);
  });

  it('that is rejected is tried once, for all projects of the account', async () => {
    answerLogin = (response) => {
      json(response, { error: { code: 401, message: 'secret-password', title: 'Unauthorized' } }, 401);
    };
    const clientsOfProjects = ['p1', 'p2', 'p3'].map((projectId) =>
      open('http://127.0.0.1:1', { id: projectId, projectId, credentials }),
    );
    const errors = await Promise.all(
      [...clientsOfProjects, ...clientsOfProjects].map((client) => failure(client.getJson(LIST, context()))),
    );
    expect(new Set(errors.map(({ reason }) => reason))).toEqual(new Set(['UNAUTHORIZED']));
    expect(logins).toHaveLength(1);
  });

  it.each([
    [403, 'FORBIDDEN'],
    [404, 'UPSTREAM_ERROR'],
    [429, 'THROTTLED'],
    [500, 'UPSTREAM_ERROR'],
    [503, 'UPSTREAM_ERROR'],
    [201, 'MALFORMED'],
  ])('that ends with status %d and no token is %s, and is not made again', async (status, reason) => {
    answerLogin = (response) => {
      json(response, {}, status);
    };
    const client = open('http://127.0.0.1:1', { credentials });
    expect(await failure(client.getJson(LIST, context()))).toHaveProperty('reason', reason);
    expect([logins.length, retried]).toEqual([1, []]);
  });

  it('in the background that is rejected blocks no call, and is not repeated for another project', async () => {
    nowMs = 1_000_000;
    const endpoint = await serve((_request, response) => {
      json(response, {});
    });
    const projects = ['p1', 'p2'].map((projectId) =>
      open(endpoint, { id: projectId, projectId, credentials }),
    );
    for (const client of projects) await client.getJson(LIST, context());
    expect(logins).toHaveLength(2);

    answerLogin = (response) => {
      json(response, {}, 401);
    };
    nowMs += 23.75 * 3_600_000;
    // Several calls of the first project, so that its log-in has ended when the second one's turn comes.
    for (let call = 0; call < 10 || logins.length < 3; call += 1) {
      expect(await projects[0]?.getJson(LIST, context())).toEqual({});
    }
    expect(await projects[1]?.getJson(LIST, context())).toEqual({});
    expect(logins).toHaveLength(3);
  });

  it('continues for others when the first caller has left', async () => {
    let release = (): void => undefined;
    answerLogin = (response) => {
      release = () => {
        issue(response, 'late-token');
      };
    };
    const endpoint = await serve((request, response) => {
      json(response, { token: request.headers['x-auth-token'] });
    });
    const client = open(endpoint, { credentials });
    const controller = new AbortController();
    const first = failure(client.getJson(LIST, context({ signal: controller.signal })));
    await until(() => logins.length === 1);
    const second = client.getJson(LIST, context());
    controller.abort();
    expect(await first).toHaveProperty('reason', 'TIMEOUT');
    release();
    expect(await second).toEqual({ token: 'late-token' });
    expect(logins).toHaveLength(1);
  });
});

describe('an error', () => {
  const betraying = JSON.stringify({ message: 'upstream-text secret-token secret-key secret-password' });
  const all: [string, RequestListener][] = [
    ['a refusal', (_request, response) => response.writeHead(401).end(betraying)],
    ['a failure', (_request, response) => response.writeHead(500).end(betraying)],
    ['a page', (_request, response) => response.end('<html>upstream-text</html>')],
    ['a redirect', (_request, response) => response.writeHead(302, { location: '/secret-path' }).end()],
    ['a reset', (request) => request.socket.destroy()],
    ['a time-out', () => undefined],
  ];
  const kinds: [string, Credentials][] = [
    ['a token', TOKEN],
    ['a key', AKSK],
    ['user name and password', { type: 'basic', username: 'secret-user', password: 'secret-password' }],
  ];

  for (const [name, answer] of all) {
    it.each(kinds)(
      `about ${name} contains only the gateway's own words, for a call with %s`,
      async (_name, credentials) => {
        const endpoint = await serve(answer);
        const logIns = { ...OCP.logIns, ...huaweiProtocol.logIns };
        const called = source(endpoint, { credentials, timeoutMs: 50 });
        const client = clients.open(called, { ...huaweiProtocol, logIns });
        const query = { resource_name: 'secret-query' };
        const error = await failure(client.getJson({ path: '/secret-path', query }, context()));
        const shown = [
          inspect(error, { depth: Infinity, showHidden: true }),
          JSON.stringify(error),
          error.stack ?? '',
        ].join('\n');
        expect(error.message).toBe(error.reason);
        expect(error).not.toHaveProperty('cause');
        for (const word of [
          'secret-',
          'upstream-text',
          '127.0.0.1',
          'ACCESS',
          'x-auth-token',
          'authorization',
        ]) {
          expect(shown).not.toContain(word);
        }
        expect(shown).not.toContain(Buffer.from('secret-user:secret-password').toString('base64'));
      },
    );
  }
});
