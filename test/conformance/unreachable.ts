import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CANARIES, telltale } from '@/simulator/canaries.js';
import { makeCertificate } from '../support/certificate.js';

/** A host that resolves nowhere (RFC 2606, section 2). */
export const UNRESOLVABLE_URL = `https://${CANARIES[2]}.invalid`;

/** A server in the place of an upstream. */
export interface ListeningServer {
  /** Begins with `https:`. */
  readonly url: string;
  /** How many connections it has had. */
  readonly connections: () => number;
  readonly stop: () => Promise<void>;
}

/** Speaks TLS with a certificate that nobody trusts, for a host of another name. */
export async function startUntrusted(): Promise<ListeningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-certificate-'));
  const files = { key: join(folder, 'key.pem'), certificate: join(folder, 'certificate.pem') };
  makeCertificate(files, CANARIES[0]);
  const identity = { key: readFileSync(files.key), cert: readFileSync(files.certificate) };
  rmSync(folder, { recursive: true });
  return listen(
    createTlsServer(identity, (_request, response) => {
      response.end(telltale('asked in spite of the certificate'));
    }),
  );
}

/** Answers a TLS handshake with a line of plain text. */
export function startPlainText(): Promise<ListeningServer> {
  return listen(
    createServer((socket) => {
      socket.once('data', () => socket.end(`${telltale('220 mail ready')}\r\n`));
    }),
  );
}

/** Accepts connections and sends nothing, not even in the handshake. */
export function startSilent(): Promise<ListeningServer> {
  return listen(createServer(() => undefined));
}

async function listen(server: Server): Promise<ListeningServer> {
  const open = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    open.add(socket);
    // Clients may close at any time.
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    stop: async () => {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, 'close');
    },
  };
}
