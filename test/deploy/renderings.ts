import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Config } from '@/config/config.js';
import { loadConfig } from '@/config/load-config.js';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import { makeCertificate } from '../support/certificate.js';
import { IMAGE } from './facts.js';
import { chart, kustomize, type ConfigMap, type Manifest } from './manifests.js';

/** Every way to deploy the gateway that the repository shows. */
export const RENDERINGS: Readonly<Record<string, () => Manifest[]>> = {
  'kubernetes/base': () => kustomize('base'),
  'kubernetes/overlays/example': () => kustomize('overlays/example'),
  'the chart with minimal values': () => chart(['minimal']),
  'the chart with all values': () => chart(['everything']),
  'the chart with a ConfigMap and a Secret of the user': () => chart(['existing']),
};

/** Where secrets are in a container. */
export const SECRETS = '/run/secrets/tributary';
const SECRET_FILE = new RegExp(`${SECRETS}/([\\w.-]+)`, 'g');
const VARIABLE = /\$\{([A-Z_]+)\}/g;

/** The text of the configuration among manifests; null where it is in a ConfigMap of the user. */
export function configText(manifests: readonly Manifest[]): string | null {
  const file = basename(IMAGE.configFile);
  const maps = manifests.filter((each): each is ConfigMap => each.kind === 'ConfigMap');
  const [found = null, ...others] = maps.map(({ data }) => data[file]).filter((text) => text !== undefined);
  if (others.length > 0) throw new Error(`more than one ${file}`);
  return found;
}

/** The environment variables that a configuration names. */
export function variablesIn(text: string): string[] {
  return [...new Set([...text.matchAll(VARIABLE)].map(([, name = '']) => name))];
}

/** A configuration as a file, in a new folder that has a file for each secret that it names. */
export function writeConfig(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-config-'));
  for (const [, name = ''] of text.matchAll(SECRET_FILE)) writeFileSync(join(folder, name), secretOf(name));
  const tls = { key: join(folder, 'tls.key'), certificate: join(folder, 'tls.crt') };
  if (text.includes(`${SECRETS}/tls.key`)) makeCertificate(tls, 'ops.example.com');
  const file = join(folder, basename(IMAGE.configFile));
  writeFileSync(file, text.replaceAll(SECRETS, folder));
  return file;
}

function secretOf(name: string): string {
  if (!name.endsWith('-hash')) return `example-secret-of-${name}\n`;
  return `sha256:${Buffer.from(name.padEnd(32)).subarray(0, 32).toString('hex')}\n`;
}

/** Values for the variables that a configuration names. */
export function valuesFor(text: string): Record<string, string> {
  const entries = variablesIn(text).map((name) => [
    name,
    name === 'REDIS_URL' ? 'redis://:example@127.0.0.1:1' : 'EXAMPLE0123456789',
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Checks a configuration as the gateway does at its start. */
export function checkConfig(text: string): Config {
  const file = writeConfig(text);
  try {
    return loadConfig({ file, env: valuesFor(text), providers: PROVIDER_SETTINGS });
  } finally {
    rmSync(dirname(file), { recursive: true });
  }
}
