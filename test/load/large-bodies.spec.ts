import { afterEach, beforeEach, expect, it } from 'vitest';
import { printFigures } from '../support/figures.js';
import { quantileMs } from '../support/load.js';
import type { Replica } from '../support/replica.js';
import { TestSetup } from '../support/test-setup.js';

let setup: TestSetup;
beforeEach(() => {
  setup = new TestSetup();
});
afterEach(() => setup.clear());

/** What the bodies of one source may add to a gateway's memory: far less than the bodies are long. */
const MOST_ADDED_BYTES = 250_000_000;
/** How much longer than before the others' answers may take, beyond what the machine's noise is. */
const MOST_SLOWER = 2;
const NOISE_MS = 10;

const FLEET = { cssClusters: 2, cssRowsPerCluster: 50, cbrRows: 50, cceClusters: 12, cceRowsPerCluster: 20 };
const BODY_BYTES = 60 * 1024 * 1024;

async function memoryBytes(replica: Replica): Promise<number> {
  return (await replica.metric('process_resident_memory_bytes')) ?? Number.NaN;
}

it.each([
  ['hangs', { kind: 'hang' }],
  ['sends large bodies', { kind: 'large-body', bodyBytes: BODY_BYTES }],
  ['sends bodies without end', { kind: 'endless-body' }],
  ['sends gzip bombs', { kind: 'gzip-bomb' }],
] as const)(
  'a source that %s on all its feeds costs the others neither time nor memory',
  async (name, fault) => {
    const simulator = await setup.simulator({ fleet: { ...FLEET, ocpTenants: 4 }, life: { rate: 0 } });
    const settings = { cache: { freshFor: '1s' }, server: { deadline: '10s' } };
    const replica = await setup.replica(simulator, settings);
    const caller = setup.caller([replica]);
    const others = '/v1/tasks?source=search-logs,server-backups,oceanbase&pageSize=50';
    const forced = { 'cache-control': 'no-cache' };
    const phase = async (): Promise<number> => {
      const load = setup.load([replica], { perSecond: 50, path: others });
      for (let read = 0; read < 5; read += 1) {
        const answered = await caller.call(others, forced, performance.now());
        expect(answered.status).toBe(200);
        expect(answered.complete).toBe(true);
      }
      const answered = await load.stop();
      expect(answered.filter(({ status, complete }) => status !== 200 || !complete)).toEqual([]);
      return quantileMs(answered, 0.99);
    };
    await caller.call('/v1/tasks', {}, performance.now());
    const beforeMs = await phase();
    const beforeBytes = await memoryBytes(replica);
    await simulator.setFault('cce', fault);
    const failing = caller.call('/v1/tasks?source=kubernetes', forced, performance.now());
    const duringMs = await phase();
    const addedBytes = (await memoryBytes(replica)) - beforeBytes;
    expect((await failing).status).toBe(200);
    printFigures(`one source ${name}`, [
      { 'p99 before ms': beforeMs, 'p99 meanwhile ms': duringMs, 'memory added MB': addedBytes / 1e6 },
    ]);
    expect(addedBytes).toBeLessThan(MOST_ADDED_BYTES);
    expect(duringMs).toBeLessThan(beforeMs * MOST_SLOWER + NOISE_MS);
  },
  120_000,
);
