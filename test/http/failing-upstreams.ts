import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import {
  connect,
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { ClientCertificate } from '@/model/egress.js';
import { makeCertificate, makeExpiredCertificate, type CertificateFiles } from '../support/certificate.js';

/** What failing upstreams write, and nobody must pass on. */
export const UPSTREAM_TEXT = 'text-of-the-upstream';

/** Servers on loopback that each fail in a way of their own. */
export class FailingUpstreams {
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #folder = mkdtempSync(join(tmpdir(), 'tributary-certificates-'));
  #certificates = 0;
  readonly #trusted = getCACertificates('default');

  async stop(): Promise<void> {
    setDefaultCACertificates(this.#trusted);
    rmSync(this.#folder, { recursive: true });
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(
      this.#servers.map(async (server) => {
        server.close();
        await once(server, 'close');
      }),
    );
  }

  /** Answers by HTTP. */
  http(answer: RequestListener): Promise<string> {
    return this.#listen(createHttpServer(answer), 'http://127.0.0.1');
  }

  /** Answers what stands there with that status. */
  answering(status: number, body: string, headers: Record<string, string> = {}): Promise<string> {
    return this.http((_request, response) => {
      response.writeHead(status, headers).end(body);
    });
  }

  /** Answers by HTTPS as `localhost`, with a certificate for `host`; whoever gets so far, with an error page. */
  https(
    certificate: 'trusted' | 'untrusted' | 'expired',
    host: string,
    options: ServerOptions = {},
  ): Promise<string> {
    const files = this.#newFiles();
    if (certificate === 'expired') makeExpiredCertificate(files, host);
    else makeCertificate(files, host);
    const cert = readFileSync(files.certificate, 'utf8');
    if (certificate === 'trusted') setDefaultCACertificates([...getCACertificates('default'), cert]);
    const server = createHttpsServer(
      { key: readFileSync(files.key), cert, ca: cert, ...options },
      (_, response) => {
        response.writeHead(400).end(UPSTREAM_TEXT);
      },
    );
    return this.#listen(server, 'https://localhost');
  }

  /** A certificate that signs itself, and its key. */
  identity(host: string): ClientCertificate {
    const files = this.#newFiles();
    makeCertificate(files, host);
    return { certificate: readFileSync(files.certificate, 'utf8'), key: readFileSync(files.key, 'utf8') };
  }

  /** A proxy that opens each tunnel, to this machine. */
  proxy(): Promise<string> {
    const server = createHttpServer();
    server.on('connect', ({ url = '' }, socket: Duplex) => {
      const onward = connect(Number(url.split(':').at(-1)), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
      socket.on('close', () => onward.destroy());
    });
    return this.#listen(server, 'http://127.0.0.1');
  }

  /** Does with each connection what it is told. */
  tcp(take: (socket: Socket) => void, scheme = 'http'): Promise<string> {
    return this.#listen(createTcpServer(take), `${scheme}://127.0.0.1`);
  }

  #newFiles(): CertificateFiles {
    this.#certificates += 1;
    const path = join(this.#folder, String(this.#certificates));
    return { key: `${path}.key`, certificate: `${path}.pem` };
  }

  async #listen(server: Server, origin: string): Promise<string> {
    this.#servers.push(server);
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      // Clients may close at any time.
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `${origin}:${(server.address() as AddressInfo).port}`;
  }
}
