import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GatewayProcess } from '../support/gateway-process.js';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { until } from '../support/redis.js';
import { commandsOf, describeWithTools, faultsOf, runInShell, type PageCommand } from './page-commands.js';

const PAGE = readFileSync('docs/getting-started.md', 'utf8');
const COMMANDS = commandsOf(PAGE);
const CONFIG = /```yaml\n(.*?)```/s.exec(PAGE)?.[1] ?? '';
const MAIN = `'${process.execPath}' '${join(process.cwd(), 'build-test/src/main.js')}'`;

/** It builds the gateway and runs until it is stopped: what it does is done by `beforeAll`, and its text is in demo.ts. */
const DEMO = 'npm ci && npm run demo\n';
/** It runs until it is stopped, too. */
const START = 'npm start -- --config tributary.yaml\n';

/** The commands run in this order, as each rests on those before. */
describeWithTools('docs/getting-started.md', () => {
  let folder: string;
  let simulator: Simulator;
  let demo: RunningGateway;
  let own: GatewayProcess | null = null;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tributary-page-'));
    writeFileSync(join(folder, 'tributary.yaml'), withFreePort(CONFIG));
    simulator = await startSimulator({ protectionCases: true, life: { rate: 0 } });
    demo = await startGateway(simulator);
  });
  afterAll(async () => {
    await own?.stop();
    await demo.stop();
    await simulator.stop();
    rmSync(folder, { recursive: true });
  });

  it('says how the demo is started', () => {
    expect(COMMANDS[0]?.script).toBe(DEMO);
    expect(COMMANDS.filter(({ script }) => script === START)).toHaveLength(1);
  });

  it.each(
    COMMANDS.slice(1).map((command): [string, PageCommand] => [command.script.split('\n')[0] ?? '', command]),
  )('%s: prints what the page shows', async (_name, command) => {
    if (command.script === START) {
      await startOwn();
      return;
    }
    const printed = await runInShell(await prepared(command.script), folder, environment());
    if (command.script.startsWith('cat')) await until(hasTriedBranchOffice);
    else if (command.shown === null) throw new Error('show what the command prints');
    else expect(faultsOf(command, printed)).toEqual([]);
  });

  /** What the page exports in one terminal holds for the commands after it. */
  function environment(): Record<string, string> {
    return { OCP_URL: simulator.urls.ocp, OCP_PASSWORD: 'example-password' };
  }

  async function startOwn(): Promise<void> {
    own = new GatewayProcess(['--config', join(folder, 'tributary.yaml')], environment());
    const url = await own.url();
    await until(async () => {
      const { body } = await ask(`${url}/v1/tasks`);
      return (body as { completeness?: { complete: boolean } }).completeness?.complete === true;
    });
  }

  async function hasTriedBranchOffice(): Promise<boolean> {
    const { text } = await ask(`${await own?.url()}/v1/sources/branch-office`);
    return text.includes('"state":"FAILED"');
  }

  /** The command with the addresses of this run. */
  async function prepared(script: string): Promise<string> {
    return script
      .replaceAll('http://127.0.0.1:3000', demo.url)
      .replaceAll('http://127.0.0.1:3001', own === null ? 'http://127.0.0.1:3001' : await own.url())
      .replaceAll('http://127.0.0.1:21161', simulator.urls.ocp)
      .replaceAll('npm start --', MAIN);
  }
});

function withFreePort(config: string): string {
  return config.replace('port: 3001', 'port: 0');
}
