import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { newApiKey } from '@/access/keygen.js';
import { ConfigError } from '@/config/config-error.js';
import type { Config } from '@/config/config.js';
import { loadConfig } from '@/config/load-config.js';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import { redisProgram } from '../support/redis-program.js';
import { until } from '../support/redis.js';

interface Mount {
  readonly source: string;
  readonly target: string;
  readonly read_only?: boolean;
  readonly bind?: { readonly create_host_path: boolean };
}

interface Service {
  readonly image?: string;
  readonly build?: { readonly target: string };
  readonly command?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly profiles?: readonly string[];
  readonly env_file?: readonly { readonly path: string; readonly required: boolean }[];
  readonly volumes?: readonly (string | Mount)[];
  readonly secrets?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly networks?: readonly string[];
  readonly ports?: readonly string[];
  readonly stop_grace_period?: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly mem_limit?: string;
}

const COMPOSE = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
};
const SERVICES = Object.keys(COMPOSE.services);

function service(name: string): Service {
  const found = COMPOSE.services[name];
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
}

/** Where the secrets are in a container. */
const SECRETS = '/run/secrets';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-compose-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('docker-compose.yml', () => {
  it('passes to the gateway the variables of .env, which the placeholders of a configuration name', () => {
    expect(service('gateway').env_file).toEqual([{ path: '.env', required: false }]);
  });

  it('mounts folders, which must exist, so that files which are replaced are seen', () => {
    const must = { read_only: true, bind: { create_host_path: false } };
    expect(service('gateway').volumes).toEqual([
      expect.objectContaining({
        source: '${TRIBUTARY_CONFIG_FOLDER:-./config}',
        target: '/etc/tributary',
        ...must,
      }),
      expect.objectContaining({ source: '${TRIBUTARY_SECRETS:-./secrets}', target: SECRETS, ...must }),
    ]);
  });

  it('keeps the files of the user out of version control', () => {
    const ignored = readFileSync('.gitignore', 'utf8').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.env', 'secrets/', '/config/']));
  });

  it.each(SERVICES)('starts all that %s depends on with it', (name) => {
    const { profiles = [], depends_on: dependsOn = {} } = service(name);
    for (const other of Object.keys(dependsOn)) {
      const needed = service(other).profiles ?? [];
      expect(needed.every((profile) => profiles.includes(profile))).toBe(true);
    }
  });

  it('starts the demo without any secret', () => {
    const needed = ['demo', ...Object.keys(service('demo').depends_on ?? {})].map(service);
    expect(needed.flatMap(({ secrets = [], env_file: files = [] }) => [...secrets, ...files])).toEqual([]);
    expect(JSON.stringify(needed)).not.toContain('TRIBUTARY_SECRETS');
  });

  it.each(SERVICES)('gives %s only the rights that it needs', (name) => {
    expect(service(name)).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(service(name).mem_limit).toMatch(/^\d+m$/);
    for (const port of service(name).ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it.each(['gateway', 'demo'])('gives %s a folder to tell its health check where it listens', (name) => {
    expect(service(name).tmpfs).toEqual([expect.stringMatching(/^\/tmp(:|$)/)]);
  });

  it('gives the gateway more time to stop than it takes by default', () => {
    const seconds = Number(/^(\d+)s$/.exec(service('gateway').stop_grace_period ?? '')?.[1]);
    expect(seconds * 1000).toBeGreaterThan(exampleWith(newApiKey().hash).server.shutdownTimeoutMs);
  });

  it('makes Redis reachable for the gateway only', () => {
    expect(service('redis').networks).toEqual(['state']);
    expect(service('redis').ports).toBeUndefined();
    expect(SERVICES.filter((name) => service(name).networks?.includes('state')).sort()).toEqual([
      'gateway',
      'redis',
    ]);
  });

  it('names full versions of third-party images', () => {
    const foreign = Object.values(COMPOSE.services).filter(({ build }) => build === undefined);
    expect(foreign).not.toHaveLength(0);
    for (const { image } of foreign) expect(image).toMatch(/^[a-z]+:\d+\.\d+\.\d+-[a-z]+$/);
  });
});

describe('the Redis of docker-compose.yml', () => {
  const PASSWORD = 'b6cd0d6aefc5';

  /** A script of the service, as Compose hands it to a shell, for the folder and the socket of a test. */
  function script(text = ''): string {
    const socket = join(folder, 'redis.sock');
    return text
      .replaceAll('$$', '$')
      .replaceAll(SECRETS, folder)
      .replace('redis-server -', `${redisProgram().command} - --port 0 --unixsocket ${socket}`)
      .replace('redis-cli', `redis-cli -s ${socket}`);
  }

  const start = (): readonly [string, readonly string[]] => {
    const [shell = '', ...rest] = service('redis').command ?? [];
    return [shell, [...rest.slice(0, -1), script(rest.at(-1))]];
  };

  /** Where the program is a private copy, its client is beside it. */
  function environment(): NodeJS.ProcessEnv {
    const { command, env } = redisProgram();
    return { ...env, PATH: [dirname(command), process.env.PATH].join(delimiter) };
  }

  function isHealthy(): boolean {
    const [kind, test] = service('redis').healthcheck?.test ?? [];
    expect(kind).toBe('CMD-SHELL');
    return spawnSync('sh', ['-c', script(test)], { env: environment() }).status === 0;
  }

  it('wants the password of the file, and its health check knows it', async () => {
    writeFileSync(join(folder, 'redis-password'), `${PASSWORD}\n`);
    const redis = spawn(...start(), { env: environment(), stdio: 'ignore', cwd: folder });
    const ended = new Promise((resolve) => redis.once('exit', resolve));
    try {
      await until(isHealthy);
      const plain = script('redis-cli ping');
      const options = { env: environment(), encoding: 'utf8' } as const;
      expect(execFileSync('sh', ['-c', plain], options)).toMatch(/^NOAUTH /);
      writeFileSync(join(folder, 'redis-password'), 'another');
      expect(isHealthy()).toBe(false);
    } finally {
      redis.kill('SIGTERM');
    }
    // The shell has made way for Redis, so the signal reaches it.
    expect(await ended).toBe(0);
  });

  it('has the password in no command line and no environment', () => {
    const [, exec = ''] = /^(exec .*)$/m.exec(service('redis').command?.at(-1) ?? '') ?? [];
    expect(exec).toMatch(/ redis-server - .*<<EOF$/);
    expect(exec).not.toContain('$');
    expect(service('redis')).not.toHaveProperty('environment');
  });

  it('does not start without a password', () => {
    const [command, args] = start();
    expect(spawnSync(command, args).status).toBe(1);
    writeFileSync(join(folder, 'redis-password'), '\n');
    const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    expect(stderr).toMatch(/the file redis-password is empty/);
    expect(status).not.toBe(0);
  });

  it('has one file of the password with the gateway, and the same user to read it', () => {
    const { file } = COMPOSE.secrets['redis-password'] ?? { file: '' };
    const secrets = service('gateway').volumes?.find((each) => (each as Mount).target === SECRETS) as Mount;
    expect(file).toBe(`${secrets.source}/redis-password`);
    expect(service('redis').secrets).toEqual(['redis-password']);
    expect(/^USER (.*)$/m.exec(readFileSync('Dockerfile', 'utf8'))?.[1]).toBe(service('redis').user);
  });
});

const SECRET = 'example-0123456789abcdef';

/** The example of a configuration for Compose, with secrets, and what its user has put in place of the hash. */
function exampleWith(hash: string): Config {
  const text = readFileSync('docs/tributary.compose.yaml', 'utf8').replaceAll(SECRETS, folder);
  for (const name of ['tributary-secret', 'redis-password', 'ocp-password'])
    writeFileSync(join(folder, name), `${SECRET}\n`);
  const file = join(folder, 'tributary.yaml');
  writeFileSync(file, text.replace(/^( +hash:).*$/m, `$1 '${hash}'`));
  return loadConfig({ file, env: {}, providers: PROVIDER_SETTINGS });
}

describe('docs/tributary.compose.yaml', () => {
  it('is reachable from outside the container, by the key only, and uses the Redis of Compose', () => {
    const { server, auth, cache } = exampleWith(newApiKey().hash);
    expect(server).toMatchObject({ host: '0.0.0.0', port: 3000 });
    expect(service('gateway').ports?.[0]).toMatch(/:3000$/);
    expect(auth).toMatchObject({ apiKeys: [{ id: 'me' }], anonymous: null });
    expect(cache.redis).toMatchObject({ nodes: [{ host: 'redis', port: 6379 }], password: SECRET });
  });

  it('is refused until its user has put the hash of a key into it', () => {
    const [, hash = ''] = /hash: '(.*)'/.exec(readFileSync('docs/tributary.compose.yaml', 'utf8')) ?? [];
    expect(() => exampleWith(hash)).toThrow(ConfigError);
    expect(() => exampleWith(hash)).toThrow(/apiKeys\[0\]\.hash/);
  });
});
