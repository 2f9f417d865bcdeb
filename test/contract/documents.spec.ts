import { mkdtempSync, readFileSync, rmSync, copyFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GENERATED_PAGES, generateDocs } from '@/generate-docs.js';

describe('the committed documents', () => {
  it.each(['openapi.json', 'config.schema.json', ...GENERATED_PAGES])(
    'docs/%s matches the code (npm run documents updates it)',
    async (name) => {
      const folder = mkdtempSync(join(tmpdir(), 'tributary-'));
      try {
        for (const page of GENERATED_PAGES) copyFileSync(join('docs', page), join(folder, page));
        await generateDocs(folder);
        expect(readFileSync(join('docs', name), 'utf8')).toBe(readFileSync(join(folder, name), 'utf8'));
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});
