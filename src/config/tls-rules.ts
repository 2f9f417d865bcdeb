import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { TlsFiles } from './config.js';
import type { ProblemLog, Spot } from './problem-log.js';
import { readTextFile } from './read-text-file.js';

/** Notes what keeps a certificate and its key from being served. `folder` is what relative paths start from. */
export function checkTlsFiles(
  files: TlsFiles,
  spots: Readonly<Record<keyof TlsFiles, Spot>>,
  { folder, problems }: { readonly folder: string; readonly problems: ProblemLog },
): void {
  const read = (name: keyof TlsFiles): string | null => {
    const file = readTextFile(resolve(folder, files[name]));
    if (file.outcome === 'read') return file.text;
    problems.note(spots[name], `the file ${file.fault}; name a readable PEM file`);
    return null;
  };
  const [cert, key] = [read('cert'), read('key')];
  if (cert === null || key === null) return;
  const fault = tlsFault({ cert, key });
  if (fault !== null) problems.note(spots.key, fault);
}

/** Why a certificate and a key cannot be served; null when they can. */
export function tlsFault(pair: Readonly<Record<keyof TlsFiles, string>>): string | null {
  try {
    createSecureContext(pair);
    return null;
  } catch (fault) {
    const code = (fault as NodeJS.ErrnoException).code ?? 'not PEM';
    return `certificate and key cannot be used (${code}); use PEM files that belong together, and a key without a passphrase`;
  }
}
