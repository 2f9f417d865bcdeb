import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCertificate } from '../support/certificate.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { ask } from '../support/http.js';

let folder: string;
let env: Record<string, string>;
let running: GatewayProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-'));
  env = { TMPDIR: join(folder, 'tmp') };
  mkdirSync(join(folder, 'tmp'));
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((gateway) => gateway.stop()));
  rmSync(folder, { recursive: true });
});

/** Nothing asks the source, so nothing listens at its endpoint. */
const config = (server: string): string => `
server: ${server}
sources:
  - id: oceanbase
    provider: oceanbase-ocp
    endpoint: http://127.0.0.1:1
    credentials: { type: basic, username: example, password: example }
`;

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function start(file: string): GatewayProcess {
  const gateway = new GatewayProcess(['--config', file], env);
  running.push(gateway);
  return gateway;
}

async function check(
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly said: string }> {
  const asked = new GatewayProcess(['--health', ...args], env);
  const code = await asked.ended;
  expect(asked.stderr).toBe('');
  return { code, said: asked.stdout };
}

const ALIVE = { code: 0, said: 'alive\n' };

describe('--health', () => {
  it('is 0 for a gateway that runs, whatever becomes of its configuration file', async () => {
    const file = write('gateway.yaml', config('{ port: 0, basePath: /backups }'));
    await start(file).url();
    expect(await check(['--config', file])).toEqual(ALIVE);
    for (const text of ['server: {', '', config('{ port: 1 }'), config('{ host: 192.0.2.1 }')]) {
      write('gateway.yaml', text);
      expect(await check(['--config', file])).toEqual(ALIVE);
    }
    rmSync(file);
    expect(await check(['--config', file])).toEqual(ALIVE);
  });

  it('is 0 for a gateway with TLS, whose certificate nobody has signed', async () => {
    const files = { key: join(folder, 'tls.key'), certificate: join(folder, 'tls.crt') };
    makeCertificate(files, 'backups.example');
    const tls = `{ port: 0, tls: { cert: ${files.certificate}, key: ${files.key} } }`;
    const file = write('gateway.yaml', config(tls));
    expect(await start(file).url()).toMatch(/^https:/);
    expect(await check(['--config', file])).toEqual(ALIVE);
  });

  it('asks, of two gateways on a machine, the one with the configuration that is named', async () => {
    const files = ['a.yaml', 'b.yaml'].map((name) => write(name, config('{ port: 0 }')));
    const [first, second] = files.map(start);
    const url = await first?.url();
    await second?.url();
    await first?.stop();
    const [ofFirst, ofSecond] = await Promise.all(files.map((file) => check(['--config', file])));
    expect(ofFirst).toEqual({ code: 1, said: `the gateway at ${url} does not answer (ECONNREFUSED)\n` });
    expect(ofSecond).toEqual(ALIVE);
  });

  it('is 1, with a line that says why, where no gateway was started', async () => {
    const file = write('gateway.yaml', config('{ port: 0 }'));
    const { code, said } = await check(['--config', file]);
    expect(code).toBe(1);
    expect(said).toMatch(
      /^no gateway listens with .*gateway\.yaml, or it may not write .*\.url; its log says which\n$/,
    );
  });

  it('is 1, with a line that says why, where no configuration file is named', async () => {
    const said = 'no configuration file; use --config FILE, or TRIBUTARY_CONFIG=FILE\n';
    expect(await check([])).toEqual({ code: 1, said });
  });

  it('loads no package and no WebSocket', async () => {
    const file = write('gateway.yaml', config('{ port: 0 }'));
    await start(file).url();
    const listing = `
      import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ resolve: (name, context, next) => { const to = next(name, context); loaded.push(to.url); return to; } });
      process.on('exit', () => console.log(JSON.stringify([...loaded, ...process.moduleLoadList])));`;
    const args = ['--import', `data:text/javascript,${encodeURIComponent(listing)}`];
    const main = join(process.cwd(), 'build-test/src/main.js');
    const command = [...args, main, '--health', '--config', file];
    const { stdout } = await promisify(execFile)(process.execPath, command, {
      env: { ...process.env, ...env },
    });
    const [said, list = ''] = stdout.split('\n');
    expect(said).toBe('alive');
    const loaded = JSON.parse(list) as string[];
    expect(loaded).toEqual(expect.arrayContaining([expect.stringMatching(/health-check\.js$/)]));
    expect(loaded.filter((name) => /node_modules|undici/.test(name))).toEqual([]);
  });
});

describe('a gateway that may not write to the temporary folder', () => {
  it('serves, and warns that --health will not find it', async () => {
    rmSync(join(folder, 'tmp'), { recursive: true });
    const gateway = start(write('gateway.yaml', config('{ port: 0 }')));
    expect((await ask(`${await gateway.url()}/health/live`)).status).toBe(200);
    const line = await gateway.logged(
      '--health will not find this gateway: make the temporary folder writable',
    );
    expect(JSON.parse(line)).toMatchObject({ level: 'warn', code: 'ENOENT' });
  });
});
