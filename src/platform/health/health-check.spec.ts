import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeCertificate } from '../../../test/support/certificate.js';
import { checkHealth } from './health-check.js';

let folder: string;
let server: Server | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-health-'));
  server = null;
});
afterEach(() => {
  server?.close().closeAllConnections();
  rmSync(folder, { recursive: true });
});

async function listen(made: Server, host = '127.0.0.1'): Promise<number> {
  server = made;
  await new Promise<void>((resolve) => made.listen(0, host, resolve));
  return (made.address() as AddressInfo).port;
}

function check(text: string, env: Record<string, string> = {}): Promise<string | null> {
  const file = join(folder, 'tributary.yaml');
  writeFileSync(file, text);
  return checkHealth(file, env);
}

/** Answers as a gateway does that is alive: at one path only. */
const alive: RequestListener = ({ url }, answer) => {
  answer.writeHead(url === '/health/live' ? 200 : 404).end('{"status":"ok"}');
};

describe('a gateway that is alive', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['::1', '::1'],
    ['::', '::'],
    ['localhost', '127.0.0.1'],
  ])('is found where it listens: %s', async (host, listening) => {
    const port = await listen(createServer(alive), listening);
    expect(await check(`server: { host: "${host}", port: ${port} }`)).toBeNull();
  });

  it('is found where placeholders say, and whatever else is wrong in the file', async () => {
    const port = await listen(createServer(alive));
    const text = 'server: { port: "${PORT}", basePath: 1 }\nsources: [{ token: "${NOT_SET}" }]';
    expect(await check(text, { PORT: String(port) })).toBeNull();
  });

  it('is found behind its own certificate, which has another name', async () => {
    const files = { key: join(folder, 'tls.key'), certificate: join(folder, 'tls.crt') };
    makeCertificate(files, 'backups.example');
    const pair = { key: readFileSync(files.key), cert: readFileSync(files.certificate) };
    const port = await listen(createTlsServer(pair, alive));
    const tls = `{ cert: ${files.certificate}, key: ${files.key} }`;
    expect(await check(`server: { port: ${port}, basePath: /backups, tls: ${tls} }`)).toBeNull();
  });
});

describe('a gateway that is not alive', () => {
  it('is told when nothing listens', async () => {
    // Nobody else can get this port on 127.0.0.2 while it is taken on 127.0.0.1.
    const port = await listen(createServer(alive));
    const fault = await check(`server: { host: 127.0.0.2, port: ${port} }`);
    expect(fault).toBe('the gateway does not answer (ECONNREFUSED)');
  });

  it('is told when it answers with an error', async () => {
    const port = await listen(createServer((_, answer) => answer.writeHead(503).end()));
    expect(await check(`server: { port: ${port} }`)).toBe('the gateway answers with 503');
  });

  it('is told when it hangs up', async () => {
    const port = await listen(createServer(({ socket }) => socket.destroy()));
    expect(await check(`server: { port: ${port} }`)).toBe('the gateway does not answer (ECONNRESET)');
  });

  it('is told when it accepts the request and never answers', async () => {
    const port = await listen(createServer(() => undefined));
    expect(await check(`server: { port: ${port} }`)).toBe(
      'the gateway does not answer (nothing within 1500 ms)',
    );
  });
});

describe('a configuration that does not say where the gateway listens', () => {
  it.each([
    ['server: { port: 0 }', 'server.port is 0, so the port is not known; set server.port'],
    ['server: { port: 99999 }', /:1:17 server\.port: 99999 is not/],
    ['server: { host: "${NOT_SET}" }', /:1:17 server\.host: .*NOT_SET.* is not set/],
    ['server: {', /not valid YAML/],
    ['', /the file is empty/],
  ])('is told: %j', async (text, message) => {
    expect(await check(text)).toMatch(message);
  });

  it('is told when there is no file', async () => {
    expect(await checkHealth(join(folder, 'no.yaml'), {})).toMatch(/no\.yaml.*name a readable YAML file/);
  });
});
