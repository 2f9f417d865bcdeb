import { spawnSync } from 'node:child_process';

/** Where to write a certificate and its key, both as PEM. */
export interface CertificateFiles {
  readonly key: string;
  readonly certificate: string;
}

/** Makes a certificate for one host name that signs itself and is good for two days. */
export function makeCertificate({ key, certificate }: CertificateFiles, host: string): void {
  const names = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
  const files = ['-keyout', key, '-out', certificate];
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const { status, stderr } = spawnSync('openssl', [...kind, '-days', '2', ...names, ...files]);
  if (status !== 0) throw new Error(`openssl: ${String(stderr)}`);
}
