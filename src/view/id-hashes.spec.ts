import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { HashCounts, idHash } from './id-hashes.js';

describe('HashCounts', () => {
  it('knows which hashes occur more than once, whatever was added and removed', () => {
    // Few different ones, so that many repeat; their number makes tables grow.
    const changes = fc.array(fc.tuple(fc.nat(5_000), fc.boolean()), { maxLength: 20_000, size: 'max' });
    fc.assert(
      fc.property(changes, (all) => {
        const counts = new HashCounts();
        const plain = new Map<number, number>();
        for (const [number, comes] of all) {
          const hash = idHash(String(number));
          const before = plain.get(hash) ?? 0;
          if (!comes && before === 0) continue;
          if (comes) counts.add(hash);
          else counts.remove(hash);
          plain.set(hash, before + (comes ? 1 : -1));
        }
        const repeated = [...plain].filter(([, count]) => count > 1).map(([hash]) => hash);
        expect([...counts.repeated].sort()).toEqual(repeated.sort());
      }),
      { numRuns: 20 },
    );
  });

  it('gives similar ids different hashes', () => {
    const hashes = Array.from({ length: 200_000 }, (_, number) => idHash(`nightly.${1e9 + number}`));
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hashes.every((hash) => Number.isSafeInteger(hash) && hash >= 0)).toBe(true);
  });
});
