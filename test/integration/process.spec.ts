import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get as getOver } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayProcess } from '../support/gateway-process.js';
import { startSimulator, type Simulator } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { until } from '../support/redis.js';
import type { SentPage } from '../support/tasks.js';

let folder: string;
let simulator: Simulator;
let running: GatewayProcess[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-'));
  running = [];
  simulator = await startSimulator({ fleet: { cbrRows: 30, cssClusters: 0, cceClusters: 0, ocpTenants: 0 } });
});
afterEach(async () => {
  await Promise.all(running.map((gateway) => gateway.stop()));
  await simulator.stop();
  rmSync(folder, { recursive: true });
});

function start(args: readonly string[], env: Record<string, string> = {}): GatewayProcess {
  const gateway = new GatewayProcess(args, env);
  running.push(gateway);
  return gateway;
}

function write(lines: readonly string[]): string {
  const file = join(folder, 'gateway.yaml');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

const goodConfig = (server: string): string[] => [
  `server: ${server}`,
  'sources:',
  '  - id: server-backups',
  '    provider: huawei-cbr',
  `    endpoint: ${simulator.urls.cbr}`,
  '    region: eu-west-101',
  '    projectId: 04f1829c788037ac2fb8c01eb2b04b95',
  '    credentials: { type: token, token: "${HW_TOKEN}" }',
];
const ENV = { HW_TOKEN: 'example-token' };

describe('a configuration that is not right', () => {
  const cases: [string, (lines: string[]) => string[], RegExp][] = [
    ['an unknown key', (lines) => [...lines, 'sauces: []'], /gateway\.yaml:9.*sauces/s],
    ['no YAML', () => ['a: [', 'b'], /gateway\.yaml:/],
  ];
  it.each(cases)('%s ends the process with 78 and says where and what', async (_, change, message) => {
    const gateway = start(['--config', write(change(goodConfig('{ port: 0 }')))], ENV);
    expect(await gateway.ended).toBe(78);
    expect(gateway.stderr).toMatch(message);
    expect(gateway.stderr).not.toMatch(/^\s+at /m);
    expect(gateway.stdout).toBe('');
  });

  it('a variable that is not set is named with its place', async () => {
    const gateway = start(['--config', write(goodConfig('{ port: 0 }'))]);
    expect(await gateway.ended).toBe(78);
    expect(gateway.stderr).toMatch(/gateway\.yaml:8.*token.*HW_TOKEN/s);
  });

  it('all mistakes are told at once', async () => {
    const gateway = start(['--config', write([...goodConfig('{ port: -1 }'), 'sauces: []'])], ENV);
    expect(await gateway.ended).toBe(78);
    expect(gateway.stderr).toMatch(/server\.port/);
    expect(gateway.stderr).toMatch(/sauces/);
  });

  it('no secret is in the message', async () => {
    const lines = goodConfig('{ port: 0 }').map((line) => line.replace('type: token', 'type: tokken'));
    const gateway = start(['--config', write(lines)], { HW_TOKEN: 'a-secret-value-5417' });
    expect(await gateway.ended).toBe(78);
    expect(gateway.stderr).toContain('tokken');
    expect(gateway.stderr).not.toContain('a-secret-value-5417');
  });

  it.each([[[]], [['--config']], [['--konfig', 'x']], [['--config', '/nowhere/gateway.yaml']]])(
    'the command line %j ends it too',
    async (args) => {
      const gateway = start(args);
      expect(await gateway.ended).toBe(78);
      expect(gateway.stderr).toMatch(/configuration file|--config|konfig|no such file/);
      expect(gateway.stderr).not.toMatch(/^\s+at /m);
    },
  );
});

describe('a good configuration', () => {
  it.each(['--config', 'TRIBUTARY_CONFIG'])('by %s lets the gateway listen and answer', async (way) => {
    const file = write(goodConfig('{ port: 0 }'));
    const gateway = way === '--config' ? start([way, file], ENV) : start([], { ...ENV, [way]: file });
    const answer = await ask(`${await gateway.url()}/v1/tasks`);
    expect(answer.status).toBe(200);
    expect((answer.body as SentPage).totalSize).toBe(30);
    gateway.signal('SIGTERM');
    expect(await gateway.ended).toBe(0);
    expect(gateway.stdout + gateway.stderr).not.toContain('example-token');
    expect(gateway.stdout).not.toContain(new URL(simulator.urls.cbr).host);
  });
});

/** Whether nothing listens there. */
function isRefused(url: string): Promise<boolean> {
  return ask(url).then(
    () => false,
    () => true,
  );
}

describe('a stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s finishes the request under way, takes no new ones at last, and ends with 0',
    async (signal) => {
      simulator.settings.cbr.latencyMs = 1000;
      const gateway = start(
        ['--config', write(goodConfig('{ port: 0, deadline: 60s, shutdownTimeout: 60s }'))],
        ENV,
      );
      const url = await gateway.url();
      const answer = ask(`${url}/v1/tasks`);
      await until(() => simulator.calls.count('cbr') > 0);
      gateway.signal(signal);
      await gateway.logged('stopping');
      await until(() => isRefused(`${url}/health/live`));
      const { status, body } = await answer;
      expect({ status, totalSize: (body as SentPage).totalSize }).toEqual({ status: 200, totalSize: 30 });
      expect(await gateway.ended).toBe(0);
    },
  );

  it('does not wait for connections that are merely kept alive', async () => {
    const gateway = start(['--config', write(goodConfig('{ port: 0, shutdownTimeout: 60s }'))], ENV);
    const url = await gateway.url();
    const agent = new Agent({ keepAlive: true });
    try {
      await new Promise<void>((resolve, reject) => {
        getOver(`${url}/health/live`, { agent }, (answer) => answer.resume().once('end', resolve)).once(
          'error',
          reject,
        );
      });
      gateway.signal('SIGINT');
      expect(await gateway.ended).toBe(0);
    } finally {
      agent.destroy();
    }
  });

  it('does not outlast shutdownTimeout, whatever hangs', async () => {
    await simulator.setFault('cbr', 'hang');
    const gateway = start(
      ['--config', write(goodConfig('{ port: 0, deadline: 60s, shutdownTimeout: 1s }'))],
      ENV,
    );
    const url = await gateway.url();
    const answer = ask(`${url}/v1/tasks`).catch(() => 'cut');
    await until(() => simulator.calls.count('cbr') > 0);
    gateway.signal('SIGTERM');
    expect(await gateway.ended).toBe(1);
    expect(await answer).toBe('cut');
  });

  it('leaves no reads behind: it is not held up by an upstream that nobody waits for any more', async () => {
    await simulator.setFault('cbr', 'hang');
    // Who waited for the call would outlast the stop, and end with 1.
    const lines = [...goodConfig('{ port: 0, deadline: 100ms, shutdownTimeout: 60s }'), '    timeout: 5m'];
    const gateway = start(['--config', write(lines)], ENV);
    expect((await ask(`${await gateway.url()}/v1/tasks`)).status).toBe(504);
    gateway.signal('SIGINT');
    expect(await gateway.ended).toBe(0);
  });
});

describe('a port that cannot be had', () => {
  it('ends the process with a message that names it, without a stack trace', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = holder.address() as AddressInfo;
      const gateway = start(['--config', write(goodConfig(`{ port: ${port} }`))], ENV);
      expect(await gateway.ended).toBe(1);
      expect(gateway.stderr).toContain(`127.0.0.1 port ${port}`);
      expect(gateway.stderr).toContain('something else listens there');
      expect(gateway.stderr + gateway.stdout).not.toMatch(/\bat .*\.js:\d+/);
    } finally {
      holder.close();
    }
  });
});
