import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { ProviderSettings } from '@/model/source.js';
import providers from './fixtures/providers.json' with { type: 'json' };
import { writeConfigDocuments } from './write-documents.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-docs-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('the documents of the configuration', () => {
  it.each(['config.schema.json', 'configuration.md'])('are committed as the code writes them: %s', (name) => {
    writeFileSync(join(folder, 'config.schema.json'), '');
    copyFileSync('docs/configuration.md', join(folder, 'configuration.md'));
    writeConfigDocuments(folder, providers as ProviderSettings[]);
    expect(readFileSync(join('docs', name), 'utf8')).toBe(readFileSync(join(folder, name), 'utf8'));
  });
});
