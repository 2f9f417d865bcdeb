import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import type { Logger } from 'pino';
import type { TlsFiles } from '@/config/config.js';

/** How often the files are looked at. A change counts once two looks have seen it: files are replaced one by one. */
const CHECK_EVERY_MS = 2_000;

/** A certificate and its key, as PEM. */
export type CertificatePair = Readonly<Record<keyof TlsFiles, string>>;

/** The pair to begin with. Throws where the files cannot be read any more: the configuration was checked. */
export function readCertificate({ cert, key }: TlsFiles): CertificatePair {
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

/** What is served with a pair: TLS 1.2 and newer. */
export function tlsOptions(pair: CertificatePair): SecureContextOptions {
  return { ...pair, minVersion: 'TLSv1.2' };
}

/** What the files hold, or why they cannot be read. */
type Found = CertificatePair | { readonly fault: string };

/**
 * Serves a new certificate, to new connections, as soon as the files hold one. A pair that cannot be served is logged once,
 * and the old one stays.
 */
export class CertificateReloader {
  /** What was found last, and what of that was taken or refused. */
  #seen: string | null = null;
  #settled: string;
  readonly #log: Logger;

  constructor(
    private readonly server: Server,
    private readonly files: TlsFiles,
    { served, log }: { readonly served: CertificatePair; readonly log: Logger },
  ) {
    this.#settled = JSON.stringify(served);
    this.#log = log;
  }

  /** Looks at the files until the server is closed. */
  start(): void {
    const timer = setInterval(() => void this.check(), CHECK_EVERY_MS).unref();
    this.server.once('close', () => {
      clearInterval(timer);
    });
  }

  /** Looks at the files once. */
  async check(): Promise<void> {
    const found = await readPair(this.files);
    const text = JSON.stringify(found);
    const isSteady = text === this.#seen;
    this.#seen = text;
    if (!isSteady || text === this.#settled) return;
    this.#settled = text;
    this.#apply(found);
  }

  #apply(found: Found): void {
    try {
      if ('fault' in found) throw new Error(found.fault);
      this.server.setSecureContext(tlsOptions(found));
      this.#log.info('serving a new certificate');
    } catch (fault) {
      const { code, message } = fault as NodeJS.ErrnoException;
      const facts = { ...this.files, code: code ?? message };
      this.#log.error(facts, 'the new certificate or key cannot be used: still serving the old one');
    }
  }
}

async function readPair({ cert, key }: TlsFiles): Promise<Found> {
  try {
    return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
  } catch (fault) {
    return { fault: (fault as NodeJS.ErrnoException).code ?? 'cannot be read' };
  }
}
