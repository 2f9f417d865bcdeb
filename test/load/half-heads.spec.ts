import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IN_FULL, printFigures } from '../support/figures.js';
import type { HalfHeadsOrder, HalfHeadsReport } from './half-heads-program.js';
import { ask } from '../support/http.js';
import { TestSetup } from '../support/test-setup.js';

let setup: TestSetup;
beforeEach(() => {
  setup = new TestSetup();
});
afterEach(() => setup.clear());

const PROGRAM = join(process.cwd(), 'build-test/test/load/half-heads-program.js');
const CONNECTIONS = 20_000;
const PROCESSES = 4;
const ASK_EVERY_MS = 100;

async function openHalfHeads(order: HalfHeadsOrder): Promise<HalfHeadsReport> {
  const child = fork(PROGRAM, { execArgv: [] });
  child.send(order);
  const [report] = (await once(child, 'message')) as [HalfHeadsReport];
  return report;
}

interface Asked {
  readonly path: string;
  readonly status: number;
  readonly ms: number;
}

async function time(url: string, path: string): Promise<Asked> {
  const beganMs = performance.now();
  // A connection of its own: what is kept alive has its place already.
  const { status } = await ask(`${url}${path}`, { connection: 'close' }).catch(() => ({ status: 0 }));
  return { path, status, ms: performance.now() - beganMs };
}

/** Takes half a minute; what it shows is shown with few connections in http/slow-clients. */
const inFull = IN_FULL ? describe : describe.skip;

inFull(`${CONNECTIONS} connections with half a request head`, () => {
  it('are all closed within 30 s, and all others are answered meanwhile', async () => {
    const simulator = await setup.simulator();
    const replica = await setup.replica(simulator, {});
    expect((await ask(`${replica.url}/v1/tasks`)).status).toBe(200);
    const rssBefore = (await replica.metric('process_resident_memory_bytes')) ?? 0;
    let reports: readonly HalfHeadsReport[] | null = null;
    const opening = Array.from({ length: PROCESSES }, (_, index) =>
      openHalfHeads({
        url: replica.url,
        connections: CONNECTIONS / PROCESSES,
        from: `127.0.0.${index + 2}`,
      }),
    );
    void Promise.all(opening).then((all) => (reports = all));
    const asked: Asked[] = [];
    let [rss, mostOpen] = [0, 0];
    while ((reports as readonly HalfHeadsReport[] | null) === null) {
      asked.push(await time(replica.url, '/health/live'), await time(replica.url, '/v1/tasks'));
      rss = Math.max(rss, (await replica.metric('process_resident_memory_bytes')) ?? 0);
      mostOpen = Math.max(mostOpen, (await replica.metric('tributary_http_connections')) ?? 0);
      await sleep(ASK_EVERY_MS);
    }
    const done = await Promise.all(opening);
    const figures = {
      opened: done.reduce((sum, { opened }) => sum + opened, 0),
      'last ended after ms': Math.max(...done.map(({ lastEndedMs }) => lastEndedMs)),
      'open at most': mostOpen,
      'honest requests': asked.length,
      failed: asked.filter(({ status }) => status !== 200).length,
      'slowest ms': Math.max(...asked.map(({ ms }) => ms)),
      'memory grew by MiB': (rss - rssBefore) / 2 ** 20,
    };
    printFigures('connections with half a head', [figures]);
    expect(figures.opened).toBe(CONNECTIONS);
    expect(asked.filter(({ status }) => status !== 200)).toEqual([]);
    expect(figures['last ended after ms']).toBeLessThan(30_000);
    expect(await replica.metric('tributary_http_connections')).toBeLessThan(10);
  }, 120_000);
});
