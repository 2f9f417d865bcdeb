import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Random } from '../fleet/random.js';
import { UPSTREAM_NAMES } from '../settings.js';
import { openStillSimulator, rowsIn, type StillSimulator } from '../../../test/support/still-simulator.js';
import type { FaultOptions, FaultyExchange } from './exchange.js';
import { faultAction } from './fault.js';

let setup: StillSimulator;
beforeEach(async () => {
  setup = await openStillSimulator(Date.UTC(2026, 5, 1));
});
afterEach(() => setup.simulator.stop());

describe.each(UPSTREAM_NAMES)('the speed of %s', (name) => {
  it('latency gives the right answer', async () => {
    const right = await setup.ask(name);
    await setup.simulator.setFault(name, { kind: 'latency', latencyMs: 1, jitterMs: 1 });
    const late = await setup.ask(name);
    expect(late.status).toBe(right.status);
    expect(Object.keys(late.json as object)).toEqual(Object.keys(right.json as object));
  });

  it('drip gives the right answer in many pieces', async () => {
    const right = await setup.ask(name);
    await setup.simulator.setFault(name, { kind: 'drip', stepBytes: 100, intervalMs: 1 });
    const dripped = await setup.ask(name);
    expect(Object.keys(dripped.json as object)).toEqual(Object.keys(right.json as object));
    expect(rowsIn(dripped)).toEqual(rowsIn(right));
    expect(dripped.headers['content-length']).toBe(String(dripped.bytes.length));
  });

  it('drip starts long before it ends', async () => {
    await setup.simulator.setFault(name, { kind: 'drip', intervalMs: 1 });
    const heard = await setup.listen(name, (text) => /\r\n\r\n.{3}/s.test(text));
    const length = Number(/content-length: (\d+)/i.exec(heard)?.[1]);
    expect(heard.split('\r\n\r\n')[1]?.length).toBeLessThan(length);
  });

  it('drip-headers never comes to the end of a header', async () => {
    await setup.simulator.setFault(name, { kind: 'drip-headers', intervalMs: 1 });
    expect(await setup.listen(name, (text) => text.includes('x'.repeat(20)))).toMatch(
      /^HTTP\/1\.1 200 OK\r\nX-Padding: x+$/,
    );
  });

  it('stall promises a body and sends half of it', async () => {
    await setup.simulator.setFault(name, 'stall');
    const listening = setup.listen(name);
    while (setup.simulator.calls.entries.at(-1)?.status !== (name === 'iam' ? 201 : 200)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await setup.simulator.stop();
    const [head = '', body = ''] = (await listening).split('\r\n\r\n');
    expect(body.length).toBe(Math.floor(Number(/content-length: (\d+)/i.exec(head)?.[1]) / 2));
  });
});

describe('latency', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** When the answer is sent, in milliseconds after the call. */
  function sentAfterMs(options: FaultOptions, seed = 1): number {
    let sentMs = Number.NaN;
    const startMs = Date.now();
    const exchange: Partial<FaultyExchange> = {
      options,
      random: new Random(seed),
      response: { once: () => undefined } as unknown as FaultyExchange['response'],
      answer: () => ({ status: 200, headers: {}, body: '' }),
      send: () => {
        sentMs = Date.now() - startMs;
      },
    };
    faultAction('latency')(exchange as FaultyExchange);
    vi.runAllTimers();
    return sentMs;
  }

  it('is a second, or what is asked for', () => {
    expect(sentAfterMs({})).toBe(1000);
    expect(sentAfterMs({ latencyMs: 250 })).toBe(250);
  });

  it('varies by the jitter, the same way for the same seed', () => {
    const times = Array.from({ length: 50 }, (_, seed) =>
      sentAfterMs({ latencyMs: 100, jitterMs: 40 }, seed),
    );
    expect(Math.min(...times)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...times)).toBeLessThanOrEqual(140);
    expect(new Set(times).size).toBeGreaterThan(10);
    expect(sentAfterMs({ latencyMs: 100, jitterMs: 40 }, 3)).toBe(times[3]);
  });
});
