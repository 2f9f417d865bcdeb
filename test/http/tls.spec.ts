import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../support/certificate.js';
import {
  configFor,
  runGateway,
  startSimulator,
  type RunningGateway,
  type Simulator,
} from '../support/gateway.js';
import { RawConnection } from './raw-connection.js';
import { until } from '../support/redis.js';

const MOST = 16;
/** As Kubernetes has it: `tls.crt` leads through `..data` to the files of one version, and a swap replaces `..data`. */
const folder = mkdtempSync(join(tmpdir(), 'tributary-tls-'));
const pem = (version: string, name: string): string => join(folder, version, name);

let simulator: Simulator;
let gateway: RunningGateway;
beforeAll(async () => {
  for (const version of ['first', 'second']) {
    mkdirSync(join(folder, version));
    makeCertificate({ key: pem(version, 'tls.key'), certificate: pem(version, 'tls.crt') }, 'localhost');
  }
  mkdirSync(join(folder, 'wrong'));
  symlinkSync(pem('first', 'tls.crt'), pem('wrong', 'tls.crt'));
  symlinkSync(pem('second', 'tls.key'), pem('wrong', 'tls.key'));
  point('first');
  simulator = await startSimulator({ fleet: { cssClusters: 0, cbrRows: 3, cceClusters: 0, ocpTenants: 0 } });
  const config = configFor(simulator, { maxConnections: MOST });
  const tls = { cert: pem('..data', 'tls.crt'), key: pem('..data', 'tls.key') };
  gateway = await runGateway(
    { ...config, server: { ...config.server, tls } },
    { timeLimits: { headMs: 1_500, requestMs: 60_000, silenceMs: 60_000, checkEveryMs: 50 } },
  );
});
afterAll(async () => {
  await gateway.stop();
  await simulator.stop();
  rmSync(folder, { recursive: true });
});

function point(version: string): void {
  symlinkSync(version, join(folder, '..data_tmp'));
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
}

/** A call that trusts only the certificate of one version. */
async function ask(path: string, version: string, options: RequestOptions = {}): Promise<IncomingMessage> {
  const ca = readFileSync(pem(version, 'tls.crt'));
  const sent = request(`${gateway.url}${path}`, { ca, servername: 'localhost', agent: false, ...options });
  sent.end();
  const [message] = (await once(sent, 'response')) as [IncomingMessage];
  return message;
}

const isServed = (version: string): Promise<boolean> =>
  ask('/health/live', version).then(
    (message) => {
      message.resume();
      return message.statusCode === 200;
    },
    () => false,
  );

async function metric(name: string): Promise<number> {
  const shown = await text(await ask('/metrics', 'first'));
  return Number(
    shown
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length),
  );
}

const port = (): number => Number(new URL(gateway.url).port);
const DROPPED = 'tributary_http_connections_dropped_total';

describe('a gateway with a certificate', () => {
  it('answers over HTTPS, and tells browsers to stay with it', async () => {
    expect(gateway.url).toMatch(/^https:/);
    const message = await ask('/v1/tasks', 'first');
    expect(message.statusCode).toBe(200);
    expect(message.headers['strict-transport-security']).toBe('max-age=31536000');
    expect(JSON.parse(await text(message))).toMatchObject({ totalSize: 3 });
  });

  it.each([
    ['TLSv1.1', false],
    ['TLSv1.2', true],
    ['TLSv1.3', true],
  ] as const)('with %s: %s', async (version, isTaken) => {
    const socket = tlsTo({
      minVersion: version,
      maxVersion: version,
      ca: readFileSync(pem('first', 'tls.crt')),
      // The client itself would refuse the old one otherwise.
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const opened = await Promise.race([
      once(socket, 'secureConnect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    expect(opened).toBe(isTaken);
  });

  it('closes connections that bring no handshake in time, and counts them', async () => {
    const before = await metric(`${DROPPED}{cause="tls"}`);
    const silent = new RawConnection(gateway.url);
    const plain = new RawConnection(gateway.url);
    plain.send('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await Promise.all([silent.closed, plain.closed]);
    expect(silent.received + plain.received).toBe('');
    expect(await metric(`${DROPPED}{cause="tls"}`)).toBe(before + 2);
  });

  it('refuses a head that is not complete in time', async () => {
    const socket = tlsTo({ ca: readFileSync(pem('first', 'tls.crt')) });
    socket.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 [^]*strict-transport-security[^]*request-timeout/);
  });

  it('counts each connection once, in its handshake too, and takes no more than it may', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const open: RawConnection[] = [];
    try {
      (await ask('/health/live', 'first', { agent })).resume();
      const before = await metric(`${DROPPED}{cause="limit"}`);
      for (let count = 0; count < MOST + 4; count += 1) {
        const connection = new RawConnection(gateway.url);
        open.push(connection);
        await connection.opened();
      }
      await until(() => open.filter(({ isClosed }) => isClosed).length >= 4);
      expect(await metric(`${DROPPED}{cause="limit"}`)).toBeGreaterThan(before);
    } finally {
      for (const connection of open) connection.destroy();
      agent.destroy();
    }
    // That of the question itself is left.
    await until(async () => (await metric('tributary_http_connections')) === 1);
  });

  it('takes a new certificate when the files change, and never a wrong pair', async () => {
    const kept = tlsTo({ ca: readFileSync(pem('first', 'tls.crt')) });
    await once(kept, 'secureConnect');
    const complaints = (): number => gateway.log.filter((line) => line.includes('cannot be used')).length;
    point('wrong');
    await until(() => complaints() > 0);
    expect(await isServed('first')).toBe(true);
    rmSync(join(folder, '..data'));
    await until(() => complaints() > 1);
    expect(gateway.log.find((line) => line.includes('ENOENT'))).toContain('still serving the old one');
    expect(await isServed('first')).toBe(true);
    point('second');
    await until(() => isServed('second'));
    expect(await isServed('first')).toBe(false);
    expect(complaints()).toBe(2);
    expect(gateway.log.some((line) => line.includes('serving a new certificate'))).toBe(true);
    kept.destroy();
  });
});

function tlsTo(options: ConnectionOptions): TLSSocket {
  const socket = connect({ port: port(), host: '127.0.0.1', servername: 'localhost', ...options });
  socket.on('error', () => undefined);
  return socket;
}
