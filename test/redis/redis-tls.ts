import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { makeCertificate } from '../support/certificate.js';
import { sparePort, startRedis } from '../support/redis.js';

/** A Redis whose certificate, for `localhost`, nobody trusts yet. */
export interface TlsRedis {
  readonly url: string;
  /** Lets this process trust the certificate, until `stop`. */
  readonly trust: () => void;
  readonly stop: () => Promise<void>;
}

export async function startTlsRedis(): Promise<TlsRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-tls-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  makeCertificate({ key, certificate }, 'localhost');
  const port = await sparePort();
  const redis = await startRedis([
    ...['--tls-port', String(port), '--tls-cert-file', certificate, '--tls-key-file', key],
    ...['--tls-ca-cert-file', certificate, '--tls-auth-clients', 'no'],
  ]);
  const trusted = getCACertificates('default');
  return {
    url: `rediss://localhost:${port}`,
    trust: () => {
      setDefaultCACertificates([...trusted, readFileSync(certificate, 'utf8')]);
    },
    stop: async () => {
      setDefaultCACertificates(trusted);
      await redis.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
