import { afterEach, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from './simulator.js';
import type { SimulatorOptions } from './settings.js';
import { ask, type Answer } from '../../test/support/simulator-client.js';

const NOW_MS = Date.UTC(2026, 0, 15, 12);
const DAY_MS = 24 * 60 * 60_000;
const PROJECT = '04f1829c788037ac2fb8c01eb2b04b95';

const running: Simulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.stop()));
});

async function start(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({ clock: () => NOW_MS, ...options });
  running.push(simulator);
  return simulator;
}

const TOKEN = { headers: { 'x-auth-token': 'example-token' } };
const logs = (simulator: Simulator, query = ''): Promise<Answer> =>
  ask(`${simulator.urls.cbr}/v3/${PROJECT}/operation-logs${query}`, TOKEN);

describe('the seeded fleet', () => {
  it('is the same for the same seed and clock, to the byte', async () => {
    const [one, same, other] = [await start({ seed: 7 }), await start({ seed: 7 }), await start({ seed: 8 })];
    const text = (await logs(one)).text;
    expect((await logs(same)).text).toBe(text);
    expect((await logs(other)).text).not.toBe(text);
    const rowsOf = ({ fleet }: Simulator): unknown =>
      [...fleet.css, ...fleet.cce, ...fleet.allOcpClusters].map(({ id, rows }) => [id, rows.records]);
    expect(rowsOf(same)).toEqual(rowsOf(one));
  });

  it('has the requested sizes', async () => {
    const { fleet } = await start({
      fleet: { cssClusters: 2, cssRowsPerCluster: 30, cbrRows: 99, cceClusters: 1, ocpTenants: 4 },
    });
    expect(fleet.css.map(({ rows }) => rows.size)).toEqual([30, 30]);
    expect(fleet.cbr.size).toBe(99);
    expect(fleet.cce.map(({ rows }) => rows.size)).toEqual([60]);
    expect(fleet.ocp).toHaveLength(1);
    expect(fleet.ocp[0]).toMatchObject({ id: 1000005, standbyClusters: [{ type: 'STANDBY' }] });
    const streaming = new Set(fleet.ocp[0]?.rows.records.map(({ tenantName }) => tenantName));
    const idle = fleet.ocp[0]?.tenants.filter(({ name }) => !streaming.has(name));
    expect([fleet.ocp[0]?.tenants.length, idle]).toMatchObject([5, [{ name: 'added-today' }]]);
  });

  it('has operation logs of every type and status over 30 days, with ids of their own', async () => {
    const { fleet } = await start();
    const { records } = fleet.cbr;
    expect(new Set(records.map(({ operation_type }) => operation_type)).size).toBe(8);
    expect([...new Set(records.map(({ status }) => status))].toSorted()).toEqual(
      ['failed', 'running', 'skipped', 'success', 'timeout', 'waiting'].toSorted(),
    );
    expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
    const ages = records.map(({ created_at }) => NOW_MS - created_at);
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...ages)).toBeGreaterThan(29 * DAY_MS);
    expect(Math.max(...ages)).toBeLessThanOrEqual(30 * DAY_MS);
  });

  it('is empty where tests bring their own rows', async () => {
    const { fleet, settings } = await start({ fleet: 'empty' });
    expect([fleet.css, fleet.cce, fleet.ocp, fleet.cbr.size]).toEqual([[], [], [], 0]);
    expect(settings.life.rate).toBe(0);
  });
});

describe('life', () => {
  it('ends running tasks, starts new ones and lets some fail', async () => {
    let nowMs = NOW_MS;
    const { fleet, advance } = await start({ clock: () => nowMs });
    const active = fleet.cbr.records.filter(({ status }) => ['waiting', 'running'].includes(status));
    expect(active.length).toBeGreaterThan(0);
    for (let minute = 0; minute < 180; minute++) {
      nowMs += 60_000;
      advance();
    }
    expect(active.filter(({ status }) => ['waiting', 'running'].includes(status))).toEqual([]);
    for (const record of active) expect(record.ended_at).toBeGreaterThan(record.created_at);
    const started = fleet.cbr.records.filter(({ created_at }) => created_at > NOW_MS);
    expect(started.length).toBeGreaterThanOrEqual(170);
    expect(started.some(({ status }) => status === 'failed')).toBe(true);
    expect(started.some(({ status }) => status === 'running')).toBe(true);
  });

  it('moves progress only forward', async () => {
    let nowMs = NOW_MS;
    const { fleet, advance } = await start({ clock: () => nowMs });
    const [record] = fleet.cbr.records;
    const seen: number[] = [];
    for (let step = 0; step < 40; step++) {
      nowMs += 5_000;
      advance();
      seen.push(record?.extra_info.common?.progress ?? -1);
    }
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(new Set(seen).size).toBeGreaterThan(3);
  });

  it('lets log archives follow the clock with a lag', async () => {
    let nowMs = NOW_MS;
    const { fleet, advance } = await start({ clock: () => nowMs });
    const streams = (fleet.ocp[0]?.rows.records ?? []).filter(({ status }) => status === 'RUNNING');
    expect(streams.length).toBeGreaterThan(5);
    const before = streams.map(({ checkpoint }) => checkpoint);
    nowMs += 600_000;
    advance();
    for (const [index, { checkpoint, delay }] of streams.entries()) {
      expect(checkpoint).toBeGreaterThan(before[index] ?? Number.POSITIVE_INFINITY);
      expect(checkpoint).toBe(Math.round(nowMs - delay * 1000));
    }
  });

  it('does not change at rate 0', async () => {
    let nowMs = NOW_MS;
    const simulator = await start({ clock: () => nowMs, life: { rate: 0 } });
    const before = (await logs(simulator)).text;
    nowMs += DAY_MS;
    expect((await logs(simulator)).text).toBe(before);
  });

  it('continues when the clock jumps by a year', async () => {
    let nowMs = NOW_MS;
    const { fleet, advance } = await start({ clock: () => nowMs });
    advance();
    nowMs += 365 * DAY_MS;
    advance();
    expect(fleet.cbr.size).toBeLessThan(3200);
  });
});

describe('the call log', () => {
  it('lists every call with its feed and its status', async () => {
    const simulator = await start({ fleet: 'empty' });
    await logs(simulator, '?limit=5&status=failed');
    await ask(`${simulator.urls.css}/v1.0/${PROJECT}/clusters/unknown/logs/records`, TOKEN);
    await ask(`${simulator.urls.css}/nowhere`);
    expect(simulator.calls.entries).toMatchObject([
      {
        upstream: 'cbr',
        feed: 'operation-logs',
        method: 'GET',
        query: { limit: ['5'], status: ['failed'] },
        headers: { 'x-auth-token': 'example-token' },
        atMs: NOW_MS,
        status: 200,
      },
      { upstream: 'css', feed: 'unknown', status: 403 },
      { upstream: 'css', feed: null, path: '/nowhere', status: 404 },
    ]);
    expect([
      simulator.calls.count(),
      simulator.calls.count('css'),
      simulator.calls.count('css', 'unknown'),
      simulator.calls.count('iam'),
    ]).toEqual([3, 2, 1, 0]);
    simulator.calls.reset();
    expect([simulator.calls.count(), simulator.calls.entries]).toEqual([0, []]);
  });

  it('counts how many calls were open at once', async () => {
    const simulator = await start({ fleet: 'empty', cbr: { latencyMs: 50 } });
    await Promise.all([logs(simulator), logs(simulator), logs(simulator)]);
    expect(simulator.calls.peak('cbr')).toBe(3);
  });

  it('leaves the status open where no answer was given', async () => {
    const simulator = await start({ fleet: 'empty', faults: { cbr: 'reset' } });
    await expect(logs(simulator)).rejects.toThrow();
    expect(simulator.calls.entries).toMatchObject([{ status: null }]);
  });
});

describe('a simulator', () => {
  it('listens on the given port, and fails where that is in use', async () => {
    const first = await start({ fleet: 'empty' });
    const port = Number(new URL(first.urls.css).port);
    await expect(startSimulator({ ports: { css: port } })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('refuses connections from the start if configured so', async () => {
    const simulator = await start({ fleet: 'empty', faults: { cbr: 'refuse' } });
    await expect(logs(simulator)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await simulator.setFault('cbr', null);
    expect((await logs(simulator)).status).toBe(200);
  });

  it('can be stopped twice', async () => {
    const simulator = await start({ fleet: 'empty' });
    await simulator.stop();
    await expect(simulator.stop()).resolves.toBeUndefined();
  });
});
