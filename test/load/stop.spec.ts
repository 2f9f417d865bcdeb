import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { printFigures } from '../support/figures.js';
import { ask } from '../support/http.js';
import { Load, quantileMs } from '../support/load.js';
import { until } from '../support/redis.js';
import { Rotation } from './rotation.js';
import { TestSetup } from '../support/test-setup.js';

let setup: TestSetup;
beforeEach(() => {
  setup = new TestSetup();
});
afterEach(() => setup.clear());

const PER_SECOND = 500;
const SPAN_MS = 10_000;
const SHUTDOWN = { shutdownTimeout: '10s' };
const PROBE_EVERY_MS = 500;

describe(`a stop by SIGTERM at ${PER_SECOND} requests a second`, () => {
  it('fails none of them while a load balancer moves to the other replica', async () => {
    const simulator = await setup.simulator();
    const redis = await setup.redis();
    const settings = { cache: { redis: redis.url, freshFor: '1s' }, server: SHUTDOWN };
    const [leaving, staying] = await setup.replicas(2, simulator, settings);
    if (leaving === undefined || staying === undefined) throw new Error('two were asked for');
    const rotation = new Rotation([leaving, staying], PROBE_EVERY_MS);
    const load = new Load(rotation.urls, { perSecond: PER_SECOND });
    await sleep(SPAN_MS);
    const signalledMs = performance.now();
    expect(await leaving.terminate()).toBe(0);
    const stoppedInMs = performance.now() - signalledMs;
    await sleep(SPAN_MS / 2);
    const answered = await load.stop();
    rotation.stop();
    printFigures('a stop under load', [
      {
        answers: answered.length,
        failed: answered.filter(({ status }) => status !== 200).length,
        'p99 ms': quantileMs(answered, 0.99),
        'stopped in ms': stoppedInMs,
      },
    ]);
    expect(rotation.urls).toEqual([staying.url]);
    expect(answered.length).toBeGreaterThan(PER_SECOND);
    expect(answered.filter(({ status }) => status !== 200)).toEqual([]);
    expect(stoppedInMs).toBeLessThan(10_000);
  }, 60_000);

  it('makes the gateway not ready at once, still answers new requests, and then those that wait for an upstream', async () => {
    const simulator = await setup.simulator();
    for (const upstream of ['css', 'cbr', 'cce', 'ocp'] as const) {
      simulator.settings[upstream].latencyMs = 1_000;
    }
    const replica = await setup.replica(simulator, { server: SHUTDOWN });
    const load = setup.load([replica], { perSecond: PER_SECOND });
    await until(() => simulator.calls.count() > 0);
    await sleep(500);
    const terminated = replica.terminate();
    await until(async () => (await ask(`${replica.url}/health/ready`)).status === 503);
    const [late, answered] = await Promise.all([ask(`${replica.url}/v1/tasks`), load.stop()]);
    expect(late.status).toBe(200);
    expect(late.headers.get('connection')).toBe('close');
    expect(answered.length).toBeGreaterThan(100);
    expect(answered.filter(({ status, complete }) => status !== 200 || !complete)).toEqual([]);
    expect(await terminated).toBe(0);
  }, 60_000);
});
