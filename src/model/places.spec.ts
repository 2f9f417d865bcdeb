import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Places } from './places.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const PATIENCE = { usualMs: 1_000, standingMs: 100 };

/** Work that ends when it is told to. */
class Bench {
  readonly begun: string[] = [];
  readonly #ends = new Map<string, () => void>();

  constructor(private readonly places: Places) {}

  ask(name: string): Promise<string> {
    return this.places.hold(
      () =>
        new Promise((resolve) => {
          this.begun.push(name);
          this.#ends.set(name, () => {
            resolve(name);
          });
        }),
    );
  }

  async end(name: string): Promise<void> {
    this.#ends.get(name)?.();
    await jest.advanceTimersByTimeAsync(0);
  }
}

/** A bench with one place, for which one waited so long: a tenth of it is what others are expected to wait for. */
async function benchOfWork(
  ms: number,
  places = new Places(1, { ...PATIENCE, usualMs: 2 * ms }),
): Promise<Bench> {
  const bench = new Bench(places);
  for (const name of ['first', 'second']) void bench.ask(name);
  await jest.advanceTimersByTimeAsync(ms);
  for (const name of ['first', 'second']) await bench.end(name);
  bench.begun.length = 0;
  return bench;
}

describe('places', () => {
  it('let so much work begin at once, and then the first to come', async () => {
    const bench = new Bench(new Places(2, PATIENCE));
    for (const name of ['a', 'b', 'c', 'd']) void bench.ask(name);
    expect(bench.begun).toEqual(['a', 'b']);
    await bench.end('a');
    expect(bench.begun).toEqual(['a', 'b', 'c']);
    await bench.end('b');
    expect(bench.begun).toEqual(['a', 'b', 'c', 'd']);
  });

  it('let the last to come begin where the line stands', async () => {
    const bench = await benchOfWork(4_000);
    for (const name of 'abcd') bench.ask(name).catch(() => undefined);
    await jest.advanceTimersByTimeAsync(60);
    for (const name of 'adcb') await bench.end(name);
    expect(bench.begun.join('')).toBe('adcb');
  });

  it('refuse few at a time', async () => {
    const bench = new Bench(new Places(1, PATIENCE));
    let refused = 0;
    for (let each = 0; each <= 300; each++)
      bench.ask(`work ${String(each)}`).catch(() => {
        refused += 1;
      });
    await jest.advanceTimersByTimeAsync(1_010);
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(200);
    await jest.advanceTimersByTimeAsync(100);
    expect(refused).toBe(300);
  });

  it('refuse who waited in vain, and nobody else', async () => {
    const bench = new Bench(new Places(1, PATIENCE));
    const first = bench.ask('first');
    const refused = bench.ask('second').catch((fault: unknown) => fault);
    await jest.advanceTimersByTimeAsync(400);
    const third = bench.ask('third');
    await jest.advanceTimersByTimeAsync(700);
    await bench.end('first');
    await bench.end('third');
    expect(await refused).toMatchObject({ slug: 'overloaded', status: 503 });
    expect([await first, await third]).toEqual(['first', 'third']);
  });

  it('refuse sooner where the line stands', async () => {
    const bench = await benchOfWork(4_000);
    const refused = ['a', 'b', 'c', 'd']
      .map((name) => bench.ask(name).catch((fault: unknown) => fault))
      .slice(1);
    await jest.advanceTimersByTimeAsync(300);
    for (const each of refused) expect(await each).toMatchObject({ slug: 'overloaded' });
    await bench.end('a');
    expect(bench.begun.join('')).toBe('a');
  });

  it('are overrun where the line stands and is long', async () => {
    const places = new Places(1, { ...PATIENCE, usualMs: 8_000 });
    const bench = await benchOfWork(4_000, places);
    for (const name of 'abc') bench.ask(name).catch(() => undefined);
    await jest.advanceTimersByTimeAsync(60);
    expect(places.isOverrun).toBe(false);
    for (const name of 'defg') bench.ask(name).catch(() => undefined);
    await jest.advanceTimersByTimeAsync(180);
    for (const name of 'hijklm') bench.ask(name).catch(() => undefined);
    await jest.advanceTimersByTimeAsync(80);
    expect([places.isOverrun, places.isLate]).toEqual([true, true]);
    await jest.advanceTimersByTimeAsync(1_000);
    expect([places.isOverrun, places.isLate]).toEqual([false, false]);
  });

  it('are free again after work that failed', async () => {
    const places = new Places(1, PATIENCE);
    await expect(places.hold(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await places.hold(() => Promise.resolve(1))).toBe(1);
  });

  it('are free again after all that waited', async () => {
    const bench = new Bench(new Places(1, PATIENCE));
    for (const name of ['a', 'b']) void bench.ask(name);
    await bench.end('a');
    await bench.end('b');
    void bench.ask('c');
    expect(bench.begun).toEqual(['a', 'b', 'c']);
  });
});
