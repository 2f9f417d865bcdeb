import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isProbed } from '../../support/circuits.js';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../../support/gateway.js';
import { ask, type Answer } from '../../support/http.js';
import { until } from '../../support/redis.js';
import { listPath, type SentPage, type SentProblem } from '../../support/tasks.js';

const NOW = Date.parse('2026-11-20T08:00:00Z');
const MINUTE_MS = 60_000;
const KEEP_FOR_MINUTES = 50;
/** When it is asked in the hour, in minutes from its start. */
const MOMENTS = [1, 2, 3, 5, 10, 20, 30, 40, 49, 50, 51, 52, 55, 60];
const UPSTREAMS = ['css', 'cbr', 'cce', 'ocp'] as const;

let simulator: Simulator;
let gateway: RunningGateway;
let nowMs: number;

beforeEach(async () => {
  nowMs = NOW;
  const clock = (): number => nowMs;
  simulator = await startSimulator({
    clock,
    life: { rate: 0 },
    fleet: {
      cssClusters: 2,
      cssRowsPerCluster: 20,
      cbrRows: 60,
      cceClusters: 1,
      cceRowsPerCluster: 10,
      ocpTenants: 3,
    },
  });
  gateway = await startGateway(simulator, {
    clock,
    sources: (sources) => sources.map((source) => ({ ...source, keepForMs: KEEP_FOR_MINUTES * MINUTE_MS })),
  });
});
afterEach(async () => {
  await gateway.stop();
  await simulator.stop();
});

const get = (): Promise<Answer> => ask(`${gateway.url}${listPath({ pageSize: 1000 })}`);

async function fault(kind: 'error-500' | 'refuse' | null): Promise<void> {
  for (const name of UPSTREAMS) await simulator.setFault(name, kind);
}

/** How often each upstream was asked for the first page of each feed. */
function reads(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { upstream, feed, query } of simulator.calls.entries) {
    const position = query.offset ?? query.start ?? query.page ?? ['first'];
    if (!['first', '1', '0'].includes(position[0] ?? '')) continue;
    const key = `${upstream} ${feed ?? ''}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

describe.each(['error-500', 'refuse'] as const)('a gateway without any upstream for an hour (%s)', (kind) => {
  it('serves its snapshots up to keepFor with their age, and then answers 503', async () => {
    const before = (await get()).body as SentPage;
    expect(before.completeness.complete).toBe(true);
    await fault(kind);
    simulator.calls.reset();
    for (const minute of MOMENTS) {
      nowMs = NOW + minute * MINUTE_MS;
      const answer = await get();
      if (minute <= KEEP_FOR_MINUTES) {
        expect(answer.status).toBe(200);
        expect(answer.headers.get('age')).toBe(String(minute * 60));
        const { tasks, completeness, unreachable } = answer.body as SentPage;
        expect(tasks).toEqual(before.tasks);
        expect(completeness.complete).toBe(false);
        expect(completeness.problems.every(({ state }) => state === 'STALE')).toBe(true);
        expect(unreachable).toEqual(completeness.problems.map(({ feed }) => feed));
      } else {
        expect(answer.status).toBe(503);
        const { type, problems } = answer.body as SentProblem;
        expect(type).toBe('/problems/no-source-available');
        const states = problems?.map(({ feed, state }) => [feed.endsWith('/-') ? 'list' : 'feed', state]);
        expect(new Set(states?.map(String))).toEqual(new Set(['list,STALE', 'feed,FAILED']));
        expect(problems?.every(({ reason }) => reason !== null)).toBe(true);
      }
    }
  });

  it('reads each feed at most once when they come back, for any number of requests', async () => {
    const before = (await get()).body as SentPage;
    await fault(kind);
    for (let minute = 1; minute <= 60; minute += 5) {
      nowMs = NOW + minute * MINUTE_MS;
      await get();
    }
    // The last probe goes on in the background: its failure is not yet of the return.
    await until(async () => !(await isProbed(gateway.url)));
    await fault(null);
    simulator.calls.reset();
    nowMs += MINUTE_MS;
    const answers = await Promise.all(Array.from({ length: 50 }, get));
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect((body as SentPage).completeness.complete).toBe(true);
      expect((body as SentPage).tasks).toHaveLength(before.tasks.length);
    }
    const counts = reads();
    expect(counts.size).toBeGreaterThanOrEqual(6);
    expect([...counts].filter(([, count]) => count > 1)).toEqual([]);
  });
});

describe('an answer while nothing can be read', () => {
  it.each([
    ['/v1/tasks', '/problems/no-source-available'],
    ['/v1/tasks/server-backups.unknown', '/problems/task-unknown'],
  ])('to %s states when it is tried again, once that is known', async (path, type) => {
    await fault('error-500');
    let answer = await ask(`${gateway.url}${path}`);
    for (let minutes = 0; minutes < 10 && !answer.headers.has('retry-after'); minutes++) {
      expect(answer.body).toMatchObject({ status: 503, type });
      nowMs += MINUTE_MS;
      answer = await ask(`${gateway.url}${path}`);
    }
    expect(answer.body).toMatchObject({ status: 503, type });
    const { sources } = (await ask(`${gateway.url}/v1/sources`)).body as SentSources;
    const times = sources
      .filter(({ id }) => path === '/v1/tasks' || id === 'server-backups')
      .flatMap(({ circuit, feeds }) => [circuit, ...feeds.map((feed) => feed.circuit)])
      .flatMap(({ nextProbeTime }) => (nextProbeTime === null ? [] : [Date.parse(nextProbeTime)]));
    const seconds = Number(answer.headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(times.map((time) => Math.max(1, Math.ceil((time - nowMs) / 1000)))).toContain(seconds);
  });
});

interface SentCircuit {
  readonly nextProbeTime: string | null;
}

interface SentSources {
  readonly sources: readonly {
    readonly id: string;
    readonly circuit: SentCircuit;
    readonly feeds: readonly { readonly circuit: SentCircuit }[];
  }[];
}
