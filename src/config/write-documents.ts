import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProviderSettings } from '@/model/source.js';
import { configSchema } from './config-schema.js';
import { keyReference } from './key-reference.js';

/** What stands above it in docs/configuration.md is written by hand, what stands below comes from the code. */
const REFERENCE_MARK = '<!-- Everything below is generated from the key tables in src/config. -->\n\n';

/** The committed schema as a text. */
function schemaText(providers: readonly ProviderSettings[]): string {
  return `${JSON.stringify(configSchema(providers), null, 2)}\n`;
}

/** Brings config.schema.json and the reference part of configuration.md in `folder` up to date. */
export function writeConfigDocuments(folder: string, providers: readonly ProviderSettings[]): void {
  writeFileSync(join(folder, 'config.schema.json'), schemaText(providers));
  const page = join(folder, 'configuration.md');
  const [byHand = ''] = readFileSync(page, 'utf8').split(REFERENCE_MARK);
  writeFileSync(page, byHand + REFERENCE_MARK + keyReference(providers));
}
