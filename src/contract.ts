import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGateway } from './app.setup.js';
import type { Config } from './config/config.js';
import { writeConfigDocuments } from './config/write-documents.js';
import { SYSTEM_CLOCK } from './model/clock.js';
import { createLogger } from './platform/logging/logger.js';
import { sortKeys } from './platform/openapi/sort-keys.js';
import { PROVIDER_SETTINGS } from './providers/providers.module.js';
import { USUAL_BODY_MEMORY_BYTES } from './upstream/body-memory.js';

/** A gateway without sources has the same contract as any other. */
const NO_SOURCES: Config = {
  server: {
    host: '127.0.0.1',
    port: 0,
    deadlineMs: 0,
    shutdownTimeoutMs: 0,
    maxConnections: null,
    secret: null,
  },
  cache: { redis: null, prefix: 'tributary', freshForMs: 0, keepForMs: 0 },
  windowMs: 0,
  log: { level: 'silent' },
  limits: { bodyMemoryBytes: USUAL_BODY_MEMORY_BYTES },
  auth: null,
  sources: [],
};

/** The OpenAPI document as it is committed: what is served in reading order, by key. */
async function contractText(): Promise<string> {
  const app = await createGateway({ config: NO_SOURCES, log: createLogger('silent'), clock: SYSTEM_CLOCK });
  const { payload } = await app.inject('/openapi.json');
  await app.close();
  return `${JSON.stringify(sortKeys(JSON.parse(payload)), null, 2)}\n`;
}

/** Brings the documents that come from the code up to date. */
export async function writeDocuments(folder: string): Promise<void> {
  writeFileSync(join(folder, 'openapi.json'), await contractText());
  writeConfigDocuments(folder, PROVIDER_SETTINGS);
}
