import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get as getOver } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayProcess } from '../support/gateway-process.js';
import { startSimulator, type Simulator } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { ForwardProxy } from '../support/forward-proxy.js';
import { askRaw } from '../http/raw-http.js';
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

describe('keygen', () => {
  it('prints a new key and the configuration to add, and needs no configuration itself', async () => {
    const gateway = start(['keygen', 'grafana']);
    expect(await gateway.ended).toBe(0);
    expect(gateway.stdout).toMatch(/^ {2}trib_[\w-]{43}$/m);
    expect(gateway.stdout).toMatch(/id: "grafana"\n {6}hash: "sha256:[0-9a-f]{64}"/);
  });

  it('ends with 64 and says what an id may be when it is given another text', async () => {
    const gateway = start(['keygen', 'two words']);
    expect(await gateway.ended).toBe(64);
    expect(gateway.stderr).toBe('keygen: use 1 to 64 letters, digits, and . _ @ - as the id of the key\n');
    expect(gateway.stdout).toBe('');
  });

  it('ends with 64 when it is given no id', async () => {
    const gateway = start(['keygen']);
    expect(await gateway.ended).toBe(64);
    expect(gateway.stderr).toBe('keygen has no id; name the new key: keygen ID\n');
    expect(gateway.stdout).toBe('');
  });
});

describe('an invalid configuration', () => {
  it('ends the process with 78 and reports all mistakes with their positions, without secrets', async () => {
    const lines = goodConfig('{ port: -1 }').map((line) => line.replace('type: token', 'type: tokken'));
    const file = write([...lines, 'sauces: []']);
    const gateway = start(['--config', file], { HW_TOKEN: 'a-secret-value-5417' });
    expect(await gateway.ended).toBe(78);
    for (const told of [
      /gateway\.yaml:1.*server\.port/,
      /gateway\.yaml:8.*tokken/,
      /gateway\.yaml:9.*sauces/,
    ]) {
      expect(gateway.stderr).toMatch(told);
    }
    expect(gateway.stderr).not.toContain('a-secret-value-5417');
    expect(gateway.stderr).not.toMatch(/^\s+at /m);
    expect(gateway.stdout).toBe('');
  });

  it.each([[[]], [['--config', '/nowhere/gateway.yaml']]])(
    'on the command line, as %j, ends it too',
    async (args) => {
      const gateway = start(args);
      expect(await gateway.ended).toBe(78);
      expect(gateway.stderr).toMatch(/configuration file|does not exist/);
      expect(gateway.stderr).not.toMatch(/^\s+at /m);
    },
  );
});

describe('the command line', () => {
  it('checks a configuration without starting anything, and says what it found', async () => {
    const good = start(['--check', '--config', write(goodConfig('{ port: 0 }'))], ENV);
    expect(await good.ended).toBe(0);
    expect(good.stdout).toBe('ok: 1 source\n');
    const bad = start(['--check', '--config', write(goodConfig('{ port: -1 }'))], ENV);
    expect(await bad.ended).toBe(78);
    expect(bad.stderr).toMatch(/gateway\.yaml:1.*server\.port/);
  });

  it('tells the version of the package and how the program is used', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const [told, help] = [start(['--version']), start(['--help'])];
    expect([await told.ended, await help.ended]).toEqual([0, 0]);
    expect(told.stdout).toBe(`${version}\n`);
    expect(help.stdout).toMatch(/--config FILE.*--check.*TRIBUTARY_CONFIG.*78/s);
  });

  it('ends the process with 64 where it holds something unknown', async () => {
    const gateway = start(['--confg', 'a.yaml']);
    expect(await gateway.ended).toBe(64);
    expect(gateway.stderr).toBe('"--confg" is not known; --help lists what is\n');
  });
});

describe('the keys of an issuer', () => {
  it('are read through the proxy that the environment names', async () => {
    const proxy = await new ForwardProxy({ routes: {}, refusal: 503 }).start();
    try {
      const grant = '{ claim: sub, value: a, scopes: [tasks:read] }';
      const auth = `auth: { oidc: [{ issuer: "https://issuer.example", audience: b, grants: [${grant}] }] }`;
      const gateway = start(['--config', write([auth, ...goodConfig('{ port: 0 }')])], {
        ...ENV,
        HTTPS_PROXY: proxy.url,
      });
      const claims = { iss: 'https://issuer.example', sub: 'a', aud: 'b', exp: 4_102_444_800 };
      const [head, body] = [{ alg: 'ES256', typ: 'JWT', kid: 'k' }, claims].map((part) =>
        Buffer.from(JSON.stringify(part)).toString('base64url'),
      );
      const authorization = `Bearer ${head ?? ''}.${body ?? ''}.c2ln`;
      const { status } = await ask(`${await gateway.url()}/v1/tasks`, { authorization });
      expect(status).toBe(503);
      expect(proxy.asked).toEqual(['CONNECT issuer.example:443']);
    } finally {
      await proxy.stop();
    }
  });
});

describe('a valid configuration', () => {
  it('starts a gateway that listens and answers', async () => {
    const gateway = start([], { ...ENV, TRIBUTARY_CONFIG: write(goodConfig('{ port: 0 }')) });
    const answer = await ask(`${await gateway.url()}/v1/tasks`);
    expect(answer.status).toBe(200);
    expect((answer.body as SentPage).totalSize).toBe(30);
    gateway.signal('SIGINT');
    expect(await gateway.ended).toBe(0);
    expect(gateway.stdout + gateway.stderr).not.toContain('example-token');
    expect(gateway.stdout).not.toContain(new URL(simulator.urls.cbr).host);
  });
});

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

(hasIpv6 ? describe : describe.skip)('an IPv6 address to listen on', () => {
  it('is answered under its own name, without access control under no other', async () => {
    const gateway = start(
      ['--config', write(goodConfig('{ host: "::1", port: 0, basePath: /backups }'))],
      ENV,
    );
    const url = await gateway.url();
    expect(url).toMatch(/^http:\/\/\[::1\]:\d+\/backups$/);
    expect((await ask(`${url}/v1/tasks`)).status).toBe(200);
    expect((await askRaw(`${url}/v1/tasks`, { host: 'evil.example' })).status).toBe(421);
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
  it('finishes the request in flight, accepts no new ones at the end, and exits with 0', async () => {
    simulator.settings.cbr.latencyMs = 1000;
    const gateway = start(
      ['--config', write(goodConfig('{ port: 0, deadline: 60s, shutdownTimeout: 60s }'))],
      ENV,
    );
    const url = await gateway.url();
    const answer = ask(`${url}/v1/tasks`);
    await until(() => simulator.calls.count('cbr') > 0);
    gateway.signal('SIGTERM');
    await gateway.logged('stopping');
    await until(() => isRefused(`${url}/health/live`));
    const { status, body } = await answer;
    expect({ status, totalSize: (body as SentPage).totalSize }).toEqual({ status: 200, totalSize: 30 });
    expect(await gateway.ended).toBe(0);
  });

  it('does not wait for idle keep-alive connections', async () => {
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

  it('takes at most shutdownTimeout, whatever hangs', async () => {
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

  it('aborts reads: an upstream that nobody waits for does not delay it', async () => {
    await simulator.setFault('cbr', 'hang');
    // Who waited for the call would outlast the stop, and end with 1.
    const lines = [...goodConfig('{ port: 0, deadline: 100ms, shutdownTimeout: 60s }'), '    timeout: 5m'];
    const gateway = start(['--config', write(lines)], ENV);
    expect((await ask(`${await gateway.url()}/v1/tasks`)).status).toBe(504);
    gateway.signal('SIGINT');
    expect(await gateway.ended).toBe(0);
  });
});

describe('a port that is not available', () => {
  it('ends the process with a message that names it, without a stack trace', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = holder.address() as AddressInfo;
      const gateway = start(['--config', write(goodConfig(`{ port: ${port} }`))], ENV);
      expect(await gateway.ended).toBe(1);
      expect(gateway.stderr).toBe(
        `cannot listen on 127.0.0.1 port ${port}: something else listens there (EADDRINUSE)\n`,
      );
      expect(gateway.stdout).not.toContain('EADDRINUSE');
    } finally {
      holder.close();
    }
  });
});
