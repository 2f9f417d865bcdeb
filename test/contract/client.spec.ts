import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOCUMENT_FILE } from '../support/document.js';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { compile, faultsIn, makeClientTypes, run, type Outcome } from './client-types.js';

const CONSUMER = join(process.cwd(), 'test/contract/fixtures/client/consumer.ts');

/** Uses that the document forbids, each with what the compiler must find fault with. */
const WRONG_USES = [
  {
    what: 'an unknown query parameter',
    code: `await api.GET('/v1/tasks', { params: { query: { colour: 'red' } } });`,
    complaint: /'colour' does not exist/,
  },
  {
    what: 'a status that does not exist',
    code: `await api.GET('/v1/tasks', { params: { query: { status: ['RUNING'] } } });`,
    complaint: /'"RUNING"' is not assignable to type .*"RUNNING"/,
  },
  {
    what: 'an order that does not exist',
    code: `await api.GET('/v1/tasks', { params: { query: { orderBy: 'name asc' } } });`,
    complaint: /'"name asc"' is not assignable/,
  },
  {
    what: 'a page size that is no number',
    code: `await api.GET('/v1/tasks', { params: { query: { pageSize: '10' } } });`,
    complaint: /'string' is not assignable to type 'number'/,
  },
  {
    what: 'an unknown path',
    code: `await api.GET('/v1/task', {});`,
    complaint: /'"\/v1\/task"' is not assignable/,
  },
  {
    what: 'a method that no operation has',
    code: `await api.DELETE('/v1/tasks/{id}', { params: { path: { id: 'x' } } });`,
    complaint: /not assignable to parameter/,
  },
  {
    what: 'a task without its id',
    code: `await api.GET('/v1/tasks/{id}', { params: { path: {} } });`,
    complaint: /'id' is missing/,
  },
  {
    what: 'a field that tasks do not have',
    code: `const { data } = await api.GET('/v1/tasks'); data?.tasks[0]?.finishedAt;`,
    complaint: /'finishedAt' does not exist/,
  },
  {
    what: 'a time that may be null, taken for certain',
    code: `const { data } = await api.GET('/v1/tasks'); const end: string | undefined = data?.tasks[0]?.endTime;`,
    complaint: /'null' is not assignable/,
  },
  {
    what: 'data that an error answer has not',
    code: `const { data } = await api.GET('/v1/tasks'); data.tasks;`,
    complaint: /'data' is possibly 'undefined'/,
  },
];

describe('a client generated from the document alone', () => {
  let folder: string;
  let simulator: Simulator;
  let gateway: RunningGateway;
  let types: Outcome;
  let compilation: Outcome;

  beforeAll(async () => {
    // Inside the project, so that the client finds the packages it imports.
    folder = mkdtempSync(join(process.cwd(), 'build-test/client-'));
    simulator = await startSimulator({
      seed: 5,
      fleet: { cssRowsPerCluster: 60, cbrRows: 200 },
      // The task that is read twice must be the same both times.
      life: { rate: 0 },
    });
    gateway = await startGateway(simulator);
    types = await makeClientTypes(DOCUMENT_FILE, join(folder, 'api.ts'));
    copyFileSync(CONSUMER, join(folder, 'consumer.ts'));
    for (const [position, { code }] of WRONG_USES.entries()) {
      writeFileSync(join(folder, `wrong-${position}.ts`), `${PRELUDE}${code}\n`);
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: STRICT }));
    compilation = await compile(folder);
  });

  afterAll(async () => {
    await gateway.stop();
    await simulator.stop();
    rmSync(folder, { recursive: true });
  });

  const complaintsAbout = (file: string): string[] =>
    // A complaint goes on over the lines that are indented.
    compilation.output.split(/\n(?=\S)/).filter((complaint) => complaint.includes(`${file}(`));

  it('gets its types without a warning about the document', () => {
    expect(types.code).toBe(0);
    expect(faultsIn(types)).toEqual([]);
  });

  it('compiles under strict settings', () => {
    expect(complaintsAbout('consumer.ts')).toEqual([]);
    expect(complaintsAbout('api.ts')).toEqual([]);
  });

  it.each(WRONG_USES.map((use, position) => ({ ...use, position })))(
    'does not compile with $what',
    ({ position, complaint }) => {
      const complaints = complaintsAbout(`wrong-${position}.ts`);
      expect(complaints).toHaveLength(1);
      expect(complaints[0]).toMatch(complaint);
    },
  );

  it('lists, pages, reads, and handles problems by their type', async () => {
    await simulator.setFault('ocp', 'error-500');
    const { code, output } = await run(join(folder, 'consumer.js'), gateway.url);
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
    const report = JSON.parse(output) as Report;

    expect(report.failures.length).toBeGreaterThan(0);
    for (const { status, type, provider } of report.failures) {
      expect(['FAILED', 'TIMED_OUT']).toContain(status);
      expect(['BACKUP', 'LOG_BACKUP']).toContain(type);
      expect(['huawei-cbr', 'huawei-css']).toContain(provider);
    }
    const { ids, totalSize, pages } = report.walk;
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(totalSize);
    expect(pages).toBe(Math.ceil(totalSize / 70));
    expect(report.task).toMatchObject({ id: ids[0], hasRecord: true, statusOfSecondReading: 304 });
    expect(report.problems).toEqual([
      'fix createdAfter',
      'start again',
      'forget it',
      'later, for lack of sources/oceanbase/feeds/- (FAILED)',
    ]);
    expect(report.outlooks).toEqual(['look into it', 'not known: ARCHIVED']);
    expect(report.around).toEqual({
      sources: ['search-logs', 'server-backups', 'kubernetes', 'oceanbase'],
      states: ['FRESH', 'FRESH'],
      providers: ['huawei-cbr', 'huawei-cce', 'huawei-css', 'oceanbase-ocp'],
      live: 'ok',
      ready: 'degraded',
      metrics: expect.stringMatching(/^# HELP /),
    });
  });
});

interface Report {
  readonly failures: readonly { status: string; type: string; provider: string }[];
  readonly walk: { readonly ids: readonly string[]; readonly totalSize: number; readonly pages: number };
  readonly task: object;
  readonly problems: readonly string[];
  readonly outlooks: readonly string[];
  readonly around: object;
}

const PRELUDE = `import createClient from 'openapi-fetch';
import type { paths } from './api.js';
const api = createClient<paths>({ baseUrl: '' });
`;

const STRICT = {
  module: 'nodenext',
  target: 'es2024',
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  types: ['node'],
  // The packages' own declarations are not the matter here.
  skipLibCheck: true,
};
