import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOCUMENT_FILE } from '../support/document.js';
import { compile, makeClientTypes } from './client-types.js';

const PAGE_TYPES = join(process.cwd(), 'src/overview/page/pure/api-types.ts');
/** The answers that the page reads: each has the same name in the document. */
const ANSWERS = [
  'Protection',
  'Resource',
  'ResourcePage',
  'Task',
  'TaskPage',
  'TaskSummary',
  'SourceList',
  'ProviderList',
];
const SETTINGS = { strict: true, noEmit: true, target: 'ES2022', module: 'nodenext', skipLibCheck: true };

/** Compiles only if what the API sends is what the page takes it for. */
function check(pageTypes: string): string {
  const uses = ANSWERS.map(
    (name) => `export const take${name} = (sent: Sent['${name}']): Page.${name} => sent;`,
  );
  return `import type { components } from './api.js';
import type * as Page from './${pageTypes}.js';
type Sent = components['schemas'];
${uses.join('\n')}
`;
}

describe('the types of the API in the overview page', () => {
  let folder: string;
  let output: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(process.cwd(), 'build-test/page-types-'));
    expect((await makeClientTypes(DOCUMENT_FILE, join(folder, 'api.ts'))).code).toBe(0);
    copyFileSync(PAGE_TYPES, join(folder, 'page.ts'));
    const otherwise = readFileSync(PAGE_TYPES, 'utf8')
      .replace('readonly lagSeconds: number | null', 'readonly lagSeconds: number')
      .replace('readonly verdict: string', 'readonly judgement: string');
    writeFileSync(join(folder, 'otherwise.ts'), otherwise);
    writeFileSync(join(folder, 'check-page.ts'), check('page'));
    writeFileSync(join(folder, 'check-otherwise.ts'), check('otherwise'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: SETTINGS }));
    ({ output } = await compile(folder));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('are those of the document', () => {
    expect(output.split('\n').filter((line) => line.includes('check-page.ts'))).toEqual([]);
  });

  it('would not compile if they differed', () => {
    expect(output).toMatch(/check-otherwise\.ts.*\n.*(?:\n.*)*judgement/);
  });
});
