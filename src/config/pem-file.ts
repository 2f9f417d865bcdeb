import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { readTextFile } from './read-text-file.js';

/** What a PEM file holds; or what is wrong with it, and what to do. */
export type PemText = { readonly pem: string } | { readonly fault: string };

const CERTIFICATE = /-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs;

/** The certificates of a file. */
export function readCertificates(path: string): PemText {
  const read = readTextFile(path);
  if (read.outcome === 'failed')
    return { fault: `${read.fault}; name a readable file with certificates in PEM` };
  const blocks = read.text.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) {
    return { fault: 'contains no certificate in PEM; name a file with -----BEGIN CERTIFICATE-----' };
  }
  if (!blocks.every(isCertificate)) {
    return {
      fault: 'contains a certificate that cannot be read; name a file with valid certificates in PEM',
    };
  }
  return { pem: `${blocks.join('\n')}\n` };
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

/** The private key of a file. */
export function readPrivateKey(path: string): PemText {
  const read = readTextFile(path);
  if (read.outcome === 'failed')
    return { fault: `${read.fault}; name a readable file with a private key in PEM` };
  if (read.text.includes('ENCRYPTED')) return { fault: 'is encrypted; name a key without a passphrase' };
  try {
    createPrivateKey(read.text);
    return { pem: read.text };
  } catch {
    return { fault: 'contains no private key in PEM; name a file with -----BEGIN PRIVATE KEY-----' };
  }
}

/** True if the first of the certificates is that of the key. Both are valid PEM. */
export function belongsTo(key: string, certificates: string): boolean {
  return new X509Certificate(certificates).checkPrivateKey(createPrivateKey(key));
}

/** The name of OpenSSL's reason not to use them; null when it uses them. */
export function tlsFault(options: Pick<SecureContextOptions, 'ca' | 'cert' | 'key'>): string | null {
  try {
    createSecureContext(options);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown error';
  }
}

/** When the first of the certificates to expire did so, as YYYY-MM-DD; null when none has. */
export function expiryDate(certificates: string, nowMs: number): string | null {
  const blocks = certificates.match(CERTIFICATE) ?? [];
  const earliestMs = Math.min(...blocks.map((pem) => Date.parse(new X509Certificate(pem).validTo)));
  return earliestMs < nowMs ? new Date(earliestMs).toISOString().slice(0, 10) : null;
}
