import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGateway } from './app.setup.js';
import { HELP } from './config/command-line.js';
import type { Config } from './config/config.js';
import { configSchema } from './config/config-schema.js';
import { keyReference } from './config/key-reference.js';
import { SYSTEM_CLOCK } from './model/clock.js';
import { NO_PROTECTION } from './model/expectation.js';
import { createLogger } from './platform/logging/logger.js';
import { httpReference, type ReferencedDocument } from './platform/openapi/http-reference.js';
import { problemReference } from './platform/problem/problem-reference.js';
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

/** On a page with a generated part, the text above this line is written by hand, the text below comes from the code. */
const GENERATED_MARK = '<!-- `npm run documents` makes everything below from the code. -->\n\n';

/** The pages with a generated part. */
export const GENERATED_PAGES = ['configuration.md', 'http-api.md', 'problems.md', 'command-line.md'] as const;

/** Writes the documents that come from the code into a folder; its pages keep the parts that are written by hand. */
export async function generateDocs(folder: string): Promise<void> {
  const document = await openApiDocument();
  writeFileSync(join(folder, 'openapi.json'), toText(sortKeys(document)));
  writeFileSync(join(folder, 'config.schema.json'), toText(configSchema(PROVIDER_SETTINGS)));
  const parts: Record<(typeof GENERATED_PAGES)[number], string> = {
    'configuration.md': keyReference(PROVIDER_SETTINGS),
    'http-api.md': httpReference(document),
    'problems.md': problemReference(),
    'command-line.md': `\`\`\`\n${HELP}\`\`\`\n`,
  };
  for (const name of GENERATED_PAGES) {
    const page = join(folder, name);
    const [byHand = ''] = readFileSync(page, 'utf8').split(GENERATED_MARK);
    writeFileSync(page, byHand + GENERATED_MARK + parts[name]);
  }
}

async function openApiDocument(): Promise<ReferencedDocument> {
  const app = await createGateway({ config: NO_SOURCES, log: createLogger('silent'), clock: SYSTEM_CLOCK });
  const { payload } = await app.inject('/openapi.json');
  await app.close();
  return JSON.parse(payload) as ReferencedDocument;
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
