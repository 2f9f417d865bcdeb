import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { BodyMemory, type BodyShare } from './body-memory.js';
import { UpstreamError } from '../upstream-error.js';

const MIB = 1024 * 1024;
const never = new AbortController().signal;

/** What has become of a wish so far. */
async function stateOf(wish: Promise<void>): Promise<string> {
  const told = wish.then(
    () => 'granted',
    (error: unknown) => (error instanceof UpstreamError ? error.reason : String(error)),
  );
  return Promise.race([told, new Promise<string>((resolve) => setImmediate(resolve, 'waits'))]);
}

/** Reads a body step by step, as it arrives. Answers how it ended. */
async function read(share: BodyShare, bytes: number, stepBytes: number): Promise<string> {
  try {
    for (let held = 0; held < bytes; held += stepBytes) {
      await share.grow(Math.min(bytes, held + stepBytes), never);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return 'read';
  } catch (error) {
    return (error as UpstreamError).reason;
  } finally {
    share.release();
  }
}

describe('BodyMemory', () => {
  it('allows a single body seven eighths of the memory, and rejects a larger one', async () => {
    const memory = new BodyMemory(64 * MIB);
    await expect(read(memory.share(), 56 * MIB, MIB)).resolves.toBe('read');
    await expect(read(memory.share(), 56 * MIB + 1, MIB)).resolves.toBe('LIMIT');
    await expect(read(memory.share(), 56 * MIB, MIB)).resolves.toBe('read');
  });

  it('reads many bodies of half the memory, which each hold a part, one after the other', async () => {
    const memory = new BodyMemory(64 * MIB);
    const reads = Array.from({ length: 8 }, () => read(memory.share(), 28 * MIB, MIB));
    await expect(Promise.all(reads)).resolves.toEqual(reads.map(() => 'read'));
  });

  it('rejects the oldest once it has more than half and all others wait for it', async () => {
    const memory = new BodyMemory(64 * MIB);
    const [oldest, other] = [memory.share(), memory.share()];
    await oldest.grow(40 * MIB, never);
    await other.grow(16 * MIB, never);
    const more = oldest.grow(41 * MIB, never);
    expect(await stateOf(more)).toBe('waits');
    const also = other.grow(17 * MIB, never);
    expect(await stateOf(more)).toBe('LIMIT');
    expect(await stateOf(also)).toBe('waits');
    oldest.release();
    expect(await stateOf(also)).toBe('granted');
  });

  it('gives a small body its share at once while large ones wait', async () => {
    const memory = new BodyMemory(64 * MIB);
    const large = [memory.share(), memory.share(), memory.share()];
    await large[0]?.grow(56 * MIB, never);
    const waiting = large.slice(1).map((share) => share.grow(20 * MIB, never));
    for (const wish of waiting) expect(await stateOf(wish)).toBe('waits');
    const small = Array.from({ length: 40 }, () => memory.share());
    for (const share of small) expect(await stateOf(share.grow(100 * 1024, never))).toBe('granted');
  });

  it('ends a wait with the signal of the call, and frees what the body had', async () => {
    const memory = new BodyMemory(64 * MIB);
    const [first, second] = [memory.share(), memory.share()];
    await first.grow(30 * MIB, never);
    await second.grow(20 * MIB, never);
    const call = new AbortController();
    const wish = second.grow(29 * MIB, call.signal);
    expect(await stateOf(wish)).toBe('waits');
    call.abort();
    expect(await stateOf(wish)).toBe('TIMEOUT');
    second.release();
    expect(await stateOf(first.grow(56 * MIB, never))).toBe('granted');
  });

  it('reads every body that is small enough, whatever arrives with it, and completes all of them', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 70 * MIB }), { minLength: 1, maxLength: 12 });
    const property = fc.asyncProperty(
      sizes,
      fc.integer({ min: MIB / 8, max: 9 * MIB }),
      async (all, step) => {
        const memory = new BodyMemory(64 * MIB);
        const ends = await Promise.all(all.map((bytes) => read(memory.share(), bytes, step)));
        ends.forEach((end, index) => {
          const bytes = all[index] ?? 0;
          if (bytes <= 28 * MIB) expect(end).toBe('read');
          if (bytes > 56 * MIB) expect(end).toBe('LIMIT');
        });
        await expect(read(memory.share(), 56 * MIB, step)).resolves.toBe('read');
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });
});
