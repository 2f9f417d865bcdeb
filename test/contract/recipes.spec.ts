import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DOCUMENT_FILE } from '../support/document.js';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { compile, makeClientTypes, run } from './client-types.js';
import { commandsOf, describeWithTools, faultsOf, runInShell, type PageCommand } from './page-commands.js';

const PAGE = readFileSync('docs/recipes.md', 'utf8');
const DEMO_URL = 'http://127.0.0.1:3000';
const CLIENT = /```ts\n(.*?)```/s.exec(PAGE)?.[1] ?? '';

describeWithTools('docs/recipes.md', () => {
  let folder: string;
  let simulator: Simulator;
  let demo: RunningGateway;

  beforeAll(async () => {
    // Inside the project, so that the client finds the packages it imports.
    folder = mkdtempSync(join(process.cwd(), 'build-test/recipes-'));
    simulator = await startSimulator({ protectionCases: true, life: { rate: 0 } });
    demo = await startGateway(simulator);
    await ask(`${demo.url}/v1/tasks`);
  });
  afterAll(async () => {
    await demo.stop();
    await simulator.stop();
    rmSync(folder, { recursive: true });
  });

  it.each(commandsOf(PAGE).map((command): [string, PageCommand] => [command.heading, command]))(
    '%s: the command prints what the page shows',
    async (_heading, command) => {
      const printed = await runInShell(command.script.replaceAll(DEMO_URL, demo.url), folder);
      expect(command.shown).not.toBeNull();
      expect(faultsOf(command, printed)).toEqual([]);
    },
  );

  it('is preceded by three commands in README.md, which are answered', async () => {
    const commands = commandsOf(readFileSync('README.md', 'utf8')).filter(({ script }) =>
      script.startsWith('curl'),
    );
    expect(commands).toHaveLength(3);
    for (const command of commands) {
      const printed = await runInShell(command.script.replaceAll(DEMO_URL, demo.url), folder);
      expect(faultsOf(command, printed)).toEqual([]);
    }
  });

  it('has a client that compiles, and lists every task', async () => {
    expect((await makeClientTypes(DOCUMENT_FILE, join(folder, 'api.ts'))).code).toBe(0);
    writeFileSync(join(folder, 'client.ts'), CLIENT.replaceAll(DEMO_URL, demo.url));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const compilerOptions = { strict: true, target: 'es2022', module: 'nodenext', types: ['node'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    expect(await compile(folder)).toEqual({ code: 0, output: '' });

    const { code, output } = await run(join(folder, 'client.js'));
    expect(code).toBe(0);
    const { body } = await ask(`${demo.url}/v1/tasks?status=TIMED_OUT&pageSize=1000`);
    const { tasks } = body as { readonly tasks: readonly { readonly status: string; readonly id: string }[] };
    expect(tasks.length).toBeGreaterThan(0);
    expect(output.trim().split('\n')).toEqual(tasks.map(({ status, id }) => `${status} ${id}`));
  });
});
