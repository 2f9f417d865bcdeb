import { spawnSync } from 'node:child_process';

/** Where to write a certificate and its key, both as PEM. */
export interface CertificateFiles {
  readonly key: string;
  readonly certificate: string;
}

const KIND = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Makes a certificate for one host name that signs itself and is good for two days. */
export function makeCertificate({ key, certificate }: CertificateFiles, host: string): void {
  const names = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
  openssl(['req', '-x509', ...KIND, '-days', '2', ...names, '-keyout', key, '-out', certificate]);
}

/** Makes one that was good until yesterday. */
export function makeExpiredCertificate({ key, certificate }: CertificateFiles, host: string): void {
  const request = openssl(['req', '-new', ...KIND, '-subj', `/CN=${host}`, '-keyout', key]);
  openssl(['x509', '-req', '-signkey', key, '-days', '-1', '-out', certificate], request);
}

/** Makes an authority of its own, which signs certificates by `makeSignedCertificate`. */
export function makeAuthority({ key, certificate }: CertificateFiles): void {
  const names = ['-subj', '/CN=Test authority', '-addext', 'basicConstraints=critical,CA:TRUE'];
  openssl(['req', '-x509', ...KIND, '-days', '2', ...names, '-keyout', key, '-out', certificate]);
}

/** Makes a certificate for host names, signed by the authority; the first is its subject. */
export function makeSignedCertificate(
  { key, certificate }: CertificateFiles,
  authority: CertificateFiles,
  hosts: readonly string[],
): void {
  const names = ['-subj', `/CN=${hosts[0] ?? ''}`, '-addext', `subjectAltName=DNS:${hosts.join(',DNS:')}`];
  const request = openssl(['req', '-new', ...KIND, ...names, '-keyout', key]);
  const signer = ['-CA', authority.certificate, '-CAkey', authority.key, '-days', '2'];
  openssl(['x509', '-req', ...signer, '-copy_extensions', 'copy', '-out', certificate], request);
}

function openssl(args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync('openssl', args, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl: ${stderr}`);
  return stdout;
}
