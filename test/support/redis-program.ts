import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** A server to start, and the environment that it needs. */
export interface RedisProgram {
  readonly command: string;
  readonly env: NodeJS.ProcessEnv;
}

const ON_PATH = ['redis-server', 'valkey-server'];
const PRIVATE_COPY = join(process.cwd(), 'node_modules/.cache/redis');
const PACKAGES = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1'];
const INSTALL = ['install', '-y', '--no-install-recommends', 'redis-server'];
const ADVICE = 'these tests need a Redis; on Debian or Ubuntu: sudo apt-get install -y redis-server';

/**
 * The server on PATH, else a private copy below `node_modules`, else one installed now (as root) or copied now
 * (as anyone else). Throws with the command to run where none of it works.
 */
export function redisProgram(): RedisProgram {
  found ??= onPath() ?? copied() ?? installed() ?? downloaded();
  if (found === null) throw new Error(ADVICE);
  return found;
}

/** It is looked for once. */
let found: RedisProgram | null = null;

function onPath(): RedisProgram | null {
  const programs = ON_PATH.map((command) => ({ command, env: process.env }));
  return programs.find(runs) ?? null;
}

function copied(): RedisProgram | null {
  const libraries = join(PRIVATE_COPY, 'usr/lib');
  if (!existsSync(libraries)) return null;
  const folders = [libraries, ...readdirSync(libraries).map((name) => join(libraries, name))];
  const env = { ...process.env, LD_LIBRARY_PATH: folders.join(':') };
  const program = { command: join(PRIVATE_COPY, 'usr/bin/redis-server'), env };
  return runs(program) ? program : null;
}

function installed(): RedisProgram | null {
  if (process.getuid?.() !== 0) return null;
  if (!apt(INSTALL)) {
    apt(['update']);
    apt(INSTALL);
  }
  return onPath();
}

/** Without root: the packages are fetched and unpacked, not installed. */
function downloaded(): RedisProgram | null {
  mkdirSync(join(PRIVATE_COPY, '..'), { recursive: true });
  const folder = mkdtempSync(`${PRIVATE_COPY}-`);
  const own = ['lists/partial', 'archives/partial'].map((name) => join(folder, name));
  for (const name of own) mkdirSync(name, { recursive: true });
  const options = ['-o', `Dir::State::Lists=${folder}/lists`, '-o', `Dir::Cache=${folder}`];
  apt([...options, 'update']);
  apt([...options, 'download', ...PACKAGES], folder);
  const packages = readdirSync(folder).filter((name) => name.endsWith('.deb'));
  for (const name of packages) spawnSync('dpkg', ['-x', join(folder, name), folder]);
  if (packages.length === PACKAGES.length && !existsSync(PRIVATE_COPY)) renameSync(folder, PRIVATE_COPY);
  else rmSync(folder, { recursive: true });
  return copied();
}

function apt(args: readonly string[], cwd?: string): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', ['-qq', ...args], { cwd, env, stdio: 'ignore' }).status === 0;
}

function runs({ command, env }: RedisProgram): boolean {
  return spawnSync(command, ['--version'], { env }).status === 0;
}
