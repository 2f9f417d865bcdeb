import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The file by which a gateway tells the health check where it listens. Each configuration file has one of its own, in the
 * temporary folder, because several gateways may share a machine.
 */
export function addressFile(configFile: string): string {
  const digest = createHash('sha256').update(resolve(configFile)).digest('hex').slice(0, 16);
  return join(tmpdir(), `tributary-${digest}.url`);
}

/**
 * Writes where a gateway listens. Throws if the temporary folder is not writable. The file stays when the gateway stops: the
 * gateway that takes its place may have written it already, and nothing answers at an address that is out of date.
 */
export function writeAddress(configFile: string, url: string): void {
  const file = addressFile(configFile);
  // Never written in place: a reader could see half of it, and in a shared folder the name could be another user's link.
  const draft = `${file}.${randomUUID()}`;
  writeFileSync(draft, url, { flag: 'wx' });
  renameSync(draft, file);
}

/** Where the gateway listens that was started last with a configuration file; null if the file does not tell. */
export function readAddress(configFile: string): URL | null {
  try {
    return new URL(readFileSync(addressFile(configFile), 'utf8'));
  } catch {
    return null;
  }
}
