import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../test/support/certificate.js';
import { addressFile, writeAddress } from './address-file.js';
import { checkHealth } from './health-check.js';

let folder: string;
let file: string;
let server: Server | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-health-'));
  // It does not exist: the health check does not read it.
  file = join(folder, 'tributary.yaml');
  server = null;
});
afterEach(() => {
  server?.close().closeAllConnections();
  rmSync(addressFile(file), { force: true });
  rmSync(folder, { recursive: true });
});

async function listen(made: Server, host = '127.0.0.1'): Promise<number> {
  server = made;
  await new Promise<void>((resolve) => made.listen(0, host, resolve));
  return (made.address() as AddressInfo).port;
}

function check(url: string): Promise<string | null> {
  writeAddress(file, url);
  return checkHealth(file);
}

/** Answers as a gateway does that is alive: at one path only. */
const alive: RequestListener = ({ url }, answer) => {
  answer.writeHead(url === '/health/live' ? 200 : 404).end('{"status":"ok"}');
};

describe('a gateway that is alive', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['[::1]', '::1'],
    ['localhost', '127.0.0.1'],
  ])('is found where it listens: %s', async (host, listening) => {
    const port = await listen(createServer(alive), listening);
    expect(await check(`http://${host}:${port}`)).toBeNull();
  });

  it('is found behind its own certificate, which has another name', async () => {
    const files = { key: join(folder, 'tls.key'), certificate: join(folder, 'tls.crt') };
    makeCertificate(files, 'backups.example');
    const pair = { key: readFileSync(files.key), cert: readFileSync(files.certificate) };
    const port = await listen(createTlsServer(pair, alive));
    expect(await check(`https://127.0.0.1:${port}`)).toBeNull();
  });

  it('is found where the last one listens that was started with the file', async () => {
    const port = await listen(createServer(alive));
    writeAddress(file, `http://127.0.0.2:${port}`);
    expect(await check(`http://127.0.0.1:${port}`)).toBeNull();
    const names = readdirSync(tmpdir()).filter((name) => name.startsWith(basename(addressFile(file))));
    expect(names).toHaveLength(1);
  });
});

describe('a gateway that is not alive', () => {
  it('is told when nothing listens', async () => {
    // Nobody else can get this port on 127.0.0.2 while it is taken on 127.0.0.1.
    const url = `http://127.0.0.2:${await listen(createServer(alive))}`;
    expect(await check(url)).toBe(`the gateway at ${url} does not answer (ECONNREFUSED)`);
  });

  it('is told when it answers with an error', async () => {
    const url = `http://127.0.0.1:${await listen(createServer((_, answer) => answer.writeHead(503).end()))}`;
    expect(await check(url)).toBe(`the gateway at ${url} answers with 503`);
  });

  it('is told when it hangs up', async () => {
    const url = `http://127.0.0.1:${await listen(createServer(({ socket }) => socket.destroy()))}`;
    expect(await check(url)).toBe(`the gateway at ${url} does not answer (ECONNRESET)`);
  });

  it('is told when it accepts the request and never answers', async () => {
    const url = `http://127.0.0.1:${await listen(createServer(() => undefined))}`;
    expect(await check(url)).toBe(`the gateway at ${url} does not answer (nothing within 1500 ms)`);
  });
});

describe('a gateway that has not told where it listens', () => {
  const message = (name: string): string =>
    `no gateway listens with ${name}, or it may not write ${addressFile(name)}; its log says which`;

  it('is told when no gateway was started with the file', async () => {
    expect(await checkHealth(file)).toBe(message(file));
  });

  it.each(['', 'half of a'])('is told when what is written is no address: %j', async (text) => {
    writeFileSync(addressFile(file), text);
    expect(await checkHealth(file)).toBe(message(file));
  });

  it('is told when no configuration file is named', async () => {
    expect(await checkHealth('')).toBe('no configuration file; use --config FILE, or TRIBUTARY_CONFIG=FILE');
  });
});

describe('the file in which a gateway tells where it listens', () => {
  it('is the same for one configuration file however it is named, and another for each', () => {
    expect(addressFile(relative(process.cwd(), file))).toBe(addressFile(file));
    expect(addressFile(join(folder, 'other.yaml'))).not.toBe(addressFile(file));
    expect(dirname(addressFile(file))).toBe(tmpdir());
  });
});
