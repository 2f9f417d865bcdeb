import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IN_FULL } from '../support/figures.js';
import { GatewayProcess, type ProcessOptions } from '../support/gateway-process.js';
import { ask } from '../support/http.js';
import { sparePort, until } from '../support/redis.js';

let folder: string;
let running: GatewayProcess[];
let descriptors: number[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-log-'));
  running = [];
  descriptors = [];
});
afterEach(async () => {
  await Promise.all(running.map((gateway) => gateway.stop()));
  for (const descriptor of descriptors) closeSync(descriptor);
  rmSync(folder, { recursive: true });
});

function open(path: string, flags: number): number {
  const descriptor = openSync(path, flags);
  descriptors.push(descriptor);
  return descriptor;
}

interface Started {
  readonly gateway: GatewayProcess;
  readonly url: string;
}

/** A gateway that answers, though its log may not say so. */
async function start(options: ProcessOptions, env: Record<string, string> = {}): Promise<Started> {
  const port = await sparePort();
  const file = join(folder, 'gateway.yaml');
  const source =
    '{ id: ocp, provider: oceanbase-ocp, endpoint: "http://127.0.0.1:1", credentials: { type: basic, username: a, password: b } }';
  writeFileSync(file, `server: { port: ${port}, shutdownTimeout: 3s }\nsources: [${source}]\n`);
  const gateway = new GatewayProcess(['--config', file], env, options);
  running.push(gateway);
  const url = `http://127.0.0.1:${port}`;
  await until(() => ask(`${url}/health/live`).then(isOk, () => false));
  return { gateway, url };
}

function isOk({ status }: { status: number }): boolean {
  return status === 200;
}

/** Processes take their time to start on a busy machine. */
vi.setConfig({ testTimeout: 120_000 });

const LONG_PATH = `/${'x'.repeat(8_000)}`;

const AT_ONCE = 20;

/**
 * So many requests, of which each is a line in the log; answers the statuses. A busy machine may be overloaded (503): that is
 * an answer as well.
 */
async function askOften(url: string, times: number, path = '/v1/providers'): Promise<Set<number>> {
  const statuses = new Set<number>();
  for (let count = 0; count < times; count += AT_ONCE) {
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => ask(`${url}${path}`)));
    for (const { status } of answers) if (status !== 503) statuses.add(status);
  }
  return statuses;
}

async function metric(url: string, name: string): Promise<number> {
  const { text } = await ask(`${url}/metrics`);
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length));
}

const DROPPED = 'tributary_log_dropped_total';

/** A pipe that a process can write to and nobody reads, until it is read here. */
function makePipe(): { reader: number; writer: number } {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reader, writer: open(path, constants.O_WRONLY) };
}

function readAll(descriptor: number): string {
  const buffer = Buffer.alloc(1 << 20);
  try {
    return buffer.toString('latin1', 0, readSync(descriptor, buffer));
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'EAGAIN') return '';
    throw fault;
  }
}

describe('a log that cannot be written', () => {
  it('because the disk is full prevents no answer, and the gateway stops as usual', async () => {
    const { gateway, url } = await start({ stdout: open('/dev/full', constants.O_WRONLY) });
    expect(await askOften(url, 100)).toEqual(new Set([200]));
    expect(await metric(url, DROPPED)).toBeGreaterThanOrEqual(100);
    gateway.signal('SIGTERM');
    expect(await gateway.ended).toBe(0);
    expect(gateway.stderr).toBe('');
  });

  it('because the file has reached its limit prevents no answer, and the gateway stops as usual', async () => {
    const log = open(join(folder, 'log'), constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND);
    const { gateway, url } = await start({ stdout: log, before: 'ulimit -f 8' });
    expect(await askOften(url, 100)).toEqual(new Set([200]));
    expect(await metric(url, DROPPED)).toBeGreaterThan(0);
    gateway.signal('SIGTERM');
    expect(await gateway.ended).toBe(0);
    expect(gateway.stderr).toBe('');
  });

  it('because its reader is gone prevents no answer, and the gateway stops as usual', async () => {
    const { gateway, url } = await start({});
    gateway.stopReading();
    expect(await askOften(url, 100)).toEqual(new Set([200]));
    expect(await metric(url, DROPPED)).toBeGreaterThan(0);
    gateway.signal('SIGTERM');
    expect(await gateway.ended).toBe(0);
  });

  it('because its reader stalls costs neither answers nor memory, and does not delay a stop', async () => {
    const { gateway, url } = await start({ stdout: makePipe().writer });
    await askOften(url, 100);
    const before = await metric(url, 'process_resident_memory_bytes');
    expect(await askOften(url, IN_FULL ? 12_000 : 800, LONG_PATH)).toEqual(new Set([404]));
    const grownBy = (await metric(url, 'process_resident_memory_bytes')) - before;
    expect(await metric(url, DROPPED)).toBeGreaterThan(0);
    expect(grownBy).toBeLessThan(50e6);
    gateway.signal('SIGTERM');
    // The system does not return from a write into a full pipe: only SIGKILL ends that.
    expect(await gateway.ended).toBeNull();
  });

  it('for a while states afterwards how many lines are missing', async () => {
    const { reader, writer } = makePipe();
    const { url } = await start({ stdout: writer });
    let text = '';
    await askOften(url, 600, LONG_PATH);
    const dropped = await metric(url, DROPPED);
    expect(dropped).toBeGreaterThan(0);
    await until(() => {
      text += readAll(reader);
      return text.includes('"msg":"log lines were dropped');
    });
    const lines = text.slice(0, text.lastIndexOf('\n')).split('\n');
    const told = lines
      .map((line) => JSON.parse(line) as { dropped?: number; msg: string })
      .find(({ msg }) => msg.startsWith('log lines were dropped'));
    expect(told?.dropped).toBeGreaterThanOrEqual(dropped);
  });
});

describe('an uncaught exception', () => {
  it.each([
    ['uncaught exception: stopping', 'throw new Error("a bug")'],
    ['unhandled rejection: stopping', 'Promise.reject(new Error("a bug"))'],
  ])('causes one line in the log (%s) and a clean stop', async (message, bug) => {
    const preload = join(folder, 'preload.mjs');
    writeFileSync(preload, `process.once('SIGUSR2', () => { ${bug} });\n`);
    const { gateway } = await start({}, { NODE_OPTIONS: `--import ${preload}` });
    gateway.signal('SIGUSR2');
    expect(await gateway.ended).toBe(1);
    const lines = gateway.stdout
      .trim()
      .split('\n')
      .filter((line) => line.includes('"level":"fatal"'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: message, err: { message: 'a bug' } });
    expect(gateway.stderr).toBe('');
  });
});
