import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { fetchJson } from './fetch-json.js';

let server: Server;
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function fetchFrom(answer: RequestListener): Promise<unknown> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return fetchJson(`http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`);
}

describe('fetchJson', () => {
  it('answers the JSON', async () => {
    expect(await fetchFrom((_request, response) => response.end('{"keys":[]}'))).toEqual({ keys: [] });
  });

  it.each<[string, string, RequestListener]>([
    ['a redirect', 'HTTP_STATUS', (_, response) => response.writeHead(302, { location: '/other' }).end()],
    ['an error', 'HTTP_STATUS', (_, response) => response.writeHead(500).end('{}')],
    ['text that is no JSON', 'NOT_JSON', (_, response) => response.end('<html>')],
    ['more than 512 KiB', 'TOO_LARGE', (_, response) => response.end(`"${'x'.repeat(600_000)}"`)],
    ['a connection that is cut', 'UNREACHABLE', (request) => request.socket.destroy()],
  ])('rejects for %s', async (_name, fault, answer) => {
    await expect(fetchFrom(answer)).rejects.toMatchObject({ fault });
  });

  it('does not wait for ever', async () => {
    await expect(fetchFrom(() => undefined)).rejects.toMatchObject({ fault: 'TIMEOUT' });
  });
});
