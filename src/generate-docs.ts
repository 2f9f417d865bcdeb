import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGateway } from './app.setup.js';
import type { Config } from './config/config.js';
import { configSchema } from './config/config-schema.js';
import { keyReference } from './config/key-reference.js';
import { SYSTEM_CLOCK } from './model/clock.js';
import { NO_PROTECTION } from './model/expectation.js';
import { createLogger } from './platform/logging/logger.js';
import { PROVIDER_SETTINGS } from './providers/provider-list.js';
import { USUAL_BODY_MEMORY_BYTES } from '@/upstream/http/body-memory.js';

/** A gateway without sources has the same contract as any other. */
const NO_SOURCES: Config = {
  server: {
    host: '127.0.0.1',
    port: 0,
    deadlineMs: 0,
    shutdownTimeoutMs: 0,
    maxConnections: null,
    secret: null,
    basePath: '',
    trustProxy: [],
    allowedHosts: null,
    tls: null,
    corsOrigins: [],
  },
  cache: { redis: null, prefix: 'tributary', freshForMs: 0, keepForMs: 0 },
  windowMs: 0,
  log: { level: 'silent' },
  limits: { bodyMemoryBytes: USUAL_BODY_MEMORY_BYTES },
  metrics: { maxResources: 0 },
  auth: null,
  sources: [],
  protection: NO_PROTECTION,
  warnings: [],
};

/** In docs/configuration.md, the text above this line is written by hand, the text below comes from the code. */
const REFERENCE_MARK = '<!-- Everything below is generated from the key tables in src/config. -->\n\n';

/** Writes the documents that come from the code into a folder; its `configuration.md` keeps the part written by hand. */
export async function generateDocs(folder: string): Promise<void> {
  writeFileSync(join(folder, 'openapi.json'), await openApiText());
  writeFileSync(join(folder, 'config.schema.json'), toText(configSchema(PROVIDER_SETTINGS)));
  const page = join(folder, 'configuration.md');
  const [byHand = ''] = readFileSync(page, 'utf8').split(REFERENCE_MARK);
  writeFileSync(page, byHand + REFERENCE_MARK + keyReference(PROVIDER_SETTINGS));
}

/** The OpenAPI document in alphabetical order, so that changes are easy to compare. */
async function openApiText(): Promise<string> {
  const app = await createGateway({ config: NO_SOURCES, log: createLogger('silent'), clock: SYSTEM_CLOCK });
  const { payload } = await app.inject('/openapi.json');
  await app.close();
  return toText(sortKeys(JSON.parse(payload)));
}

function toText(json: unknown): string {
  return `${JSON.stringify(json, null, 2)}\n`;
}

/** The same JSON with the keys of every object in alphabetical order, so that changes are easy to compare. */
function sortKeys(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(sortKeys);
  if (typeof json !== 'object' || json === null) return json;
  const entries = Object.entries(json).map(([key, value]) => [key, sortKeys(value)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

if (process.argv[1] === import.meta.filename) await generateDocs('docs');
