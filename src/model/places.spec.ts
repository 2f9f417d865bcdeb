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

  it('let the last to come begin where the line has not been empty for a while', async () => {
    const bench = new Bench(new Places(1, PATIENCE));
    for (const name of ['a', 'b', 'c']) void bench.ask(name);
    await jest.advanceTimersByTimeAsync(600);
    await bench.end('a');
    expect(bench.begun).toEqual(['a', 'c']);
  });

  it('let the last to come begin where the line is long, until it is short', async () => {
    const bench = new Bench(new Places(1, PATIENCE));
    for (const name of 'abcdefghijk') void bench.ask(name);
    for (const name of 'akj') await bench.end(name);
    expect(bench.begun.join('')).toBe('akjb');
  });

  it('refuse few at a time', async () => {
    const bench = new Bench(new Places(1, PATIENCE));
    let refused = 0;
    for (let each = 0; each <= 100; each++)
      bench.ask(`work ${String(each)}`).catch(() => {
        refused += 1;
      });
    await jest.advanceTimersByTimeAsync(1_010);
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(50);
    await jest.advanceTimersByTimeAsync(100);
    expect(refused).toBe(100);
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

  it('refuse sooner where the line has not been empty for a while', async () => {
    const bench = new Bench(new Places(1, PATIENCE));
    for (const name of ['first', 'second']) bench.ask(name).catch(() => undefined);
    await jest.advanceTimersByTimeAsync(600);
    const refused = bench.ask('third').catch((fault: unknown) => fault);
    await jest.advanceTimersByTimeAsync(110);
    expect(await refused).toMatchObject({ slug: 'overloaded' });
    await bench.end('first');
    expect(bench.begun).toEqual(['first', 'second']);
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
