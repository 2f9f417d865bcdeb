import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { TaskRow } from '@/model/task.js';
import { intoChunks, rowsOf } from './chunks.js';

const row = (id: string): TaskRow => ({ task: { id } as TaskRow['task'], raw: {} });
const many = Array.from({ length: 64_000 }, (_, number) => row(`nightly.${1e9 + number}`));

describe('chunks', () => {
  it('hold every row once, in the order of the rows', async () => {
    const ids = fc.uniqueArray(fc.string(), { maxLength: 600, size: 'max' });
    await fc.assert(
      fc.asyncProperty(ids, async (some) => {
        const rows = some.map(row);
        const chunks = await intoChunks(rows);
        expect(await rowsOf(chunks)).toEqual(rows);
        expect(chunks.every(({ length }) => length > 0 && length <= 256)).toBe(true);
      }),
    );
  });

  it('have 16 rows at least and about 64 on average, for ids that differ little', async () => {
    const sizes = (await intoChunks(many)).map(({ length }) => length);
    expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThanOrEqual(16);
    expect(many.length / sizes.length).toBeGreaterThan(50);
    expect(many.length / sizes.length).toBeLessThan(80);
  });

  it('stay the same except for a few next to a row that is added or removed', async () => {
    const before = new Set((await intoChunks(many)).map((chunk) => chunk[0]));
    for (const rows of [
      [row('new'), ...many],
      many.toSpliced(30_000, 1),
      many.toSpliced(30_000, 0, row('new')),
    ]) {
      const fresh = (await intoChunks(rows)).filter((chunk) => !before.has(chunk[0]));
      expect(fresh.length).toBeLessThan(10);
    }
  });
});
