import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
  type Socket,
} from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Test, type TestingModule } from '@nestjs/testing';
import { DIRECT, type Egress } from '@/model/egress.js';
import type { SourceConfig } from '@/model/source.js';
import { ForwardProxy } from '../../test/support/forward-proxy.js';
import { CONTEXT, sourceWith } from '../../test/support/reading.js';
import { huaweiProtocol } from './huawei/huawei-protocol.js';
import { UpstreamClients, type UpstreamClient } from './upstream-client.js';
import { UpstreamModule } from './upstream.module.js';

const LIST = { path: '/list' };

const stops: (() => Promise<unknown>)[] = [];
let app: TestingModule;

beforeEach(async () => {
  app = await Test.createTestingModule({ imports: [UpstreamModule] }).compile();
});

afterEach(async () => {
  await app.close();
  for (const stop of stops.splice(0)) await stop();
});

function open(id: string, endpoint: string, egress: Egress): UpstreamClient {
  const source: SourceConfig = sourceWith({ id, provider: 'huawei-cbr', endpoint, egress });
  return app.get(UpstreamClients).open(source, huaweiProtocol);
}

async function listen(server: Server | TcpServer): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

function by(address: { port: number } & Partial<Egress['proxies']['http']>): Egress {
  const proxy = { protocol: 'http:', host: '127.0.0.1', authorization: null, ...address } as const;
  return { ...DIRECT, proxies: { http: proxy, https: proxy, exceptions: [] } };
}

/** A proxy that answers no CONNECT, and its one connection, once it was asked. */
async function muteProxy(): Promise<{ egress: Egress; asked: Promise<Socket> }> {
  const server = createTcpServer();
  const asked = (async () => {
    const [socket] = (await once(server, 'connection')) as [Socket];
    socket.on('error', () => undefined);
    await once(socket, 'data');
    return socket;
  })();
  return { egress: by({ port: await listen(server) }), asked };
}

describe('HttpUpstreamClients', () => {
  it('ends the tunnel that is being opened when its call is aborted', async () => {
    const { egress, asked } = await muteProxy();
    const abort = new AbortController();
    const read = open('a', 'https://upstream.example', egress).getJson(LIST, {
      ...CONTEXT,
      signal: abort.signal,
    });
    const socket = await asked;
    abort.abort();
    await expect(read).rejects.toMatchObject({ reason: 'TIMEOUT' });
    if (!socket.closed) await once(socket, 'close');
    expect(socket.closed).toBe(true);
  });

  it('ends the tunnel that is being opened when it stops', async () => {
    const { egress, asked } = await muteProxy();
    const abort = new AbortController();
    const read = open('a', 'https://upstream.example', egress).getJson(LIST, {
      ...CONTEXT,
      signal: abort.signal,
    });
    const socket = await asked;
    await app.close();
    if (!socket.closed) await once(socket, 'close');
    expect(socket.closed).toBe(true);
    // It may have begun to call again.
    abort.abort();
    await expect(read).rejects.toMatchObject({ reason: 'TIMEOUT' });
  });

  it('opens new connections for a source that goes out in another way, and lets calls under way end', async () => {
    const waiting: ServerResponse[] = [];
    const server = createServer((_message, response) => waiting.push(response));
    const routes = { 'upstream.example:80': `http://127.0.0.1:${await listen(server)}` };
    const [before, after] = [
      await new ForwardProxy({ routes }).start(),
      await new ForwardProxy({ routes }).start(),
    ];
    stops.unshift(
      () => before.stop(),
      () => after.stop(),
    );
    const first = open('a', 'http://upstream.example', by(before.address)).getJson(LIST, CONTEXT);
    await once(server, 'request');
    const second = open('a', 'http://upstream.example', by(after.address)).getJson(LIST, CONTEXT);
    await once(server, 'request');
    expect([before.asked.length, after.asked.length]).toEqual([1, 1]);
    for (const response of waiting) response.end('{}');
    expect(await Promise.all([first, second])).toEqual([{}, {}]);
  });

  it('closes the connections of the way before at once', async () => {
    const server = createServer((_message, response) => response.end('{}'));
    server.keepAliveTimeout = 0;
    const endpoint = `http://127.0.0.1:${await listen(server)}`;
    let connections = 0;
    const closed = new Promise<number>((resolve) => {
      server.on('connection', (socket: Socket) => {
        connections += 1;
        const number = connections;
        socket.once('close', () => {
          resolve(number);
        });
      });
    });
    await open('kept', endpoint, DIRECT).getJson(LIST, CONTEXT);
    await open('changed', endpoint, DIRECT).getJson(LIST, CONTEXT);
    open('changed', endpoint, { ...DIRECT, proxies: { http: null, https: null, exceptions: ['*'] } });
    // Idle connections are closed some time, the oldest first.
    expect(await closed).toBe(2);
  });
});
