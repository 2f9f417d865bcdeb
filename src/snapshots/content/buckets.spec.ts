import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TaskRow } from '@/model/task.js';
import { bucketCount, intoBuckets, rowsOf } from './buckets.js';
import { reuseRows } from './reuse.js';

const row = (id: string, raw: object = {}): TaskRow => ({ task: { id } as TaskRow['task'], raw });
const ids = fc.uniqueArray(fc.string(), { maxLength: 300 });

describe('buckets', () => {
  it('are as many as hold about 64 rows each', () => {
    expect([0, 1, 64, 100, 1_000, 100_000, 1_000_000].map((rows) => bucketCount(rows, null))).toEqual([
      1, 1, 1, 2, 16, 2048, 16_384,
    ]);
  });

  it('stay as many while they hold 16 to 256 rows each', () => {
    expect([15, 16, 64, 256, 257].map((rows) => bucketCount(rows * 64, 64))).toEqual([16, 64, 64, 64, 256]);
    expect(bucketCount(0, 1)).toBe(1);
  });

  it('hold every row once, and the same ones whatever the order of arrival', async () => {
    await fc.assert(
      fc.asyncProperty(ids, fc.constantFrom(1, 2, 8, 64), async (some, count) => {
        const rows = some.map((id) => row(id));
        const buckets = await intoBuckets(rows, count);
        expect(buckets).toHaveLength(count);
        expect(new Set(await rowsOf(buckets))).toEqual(new Set(rows));
        expect(await rowsOf(buckets)).toHaveLength(rows.length);
        await expect(intoBuckets([...rows].reverse(), count)).resolves.toEqual(buckets);
      }),
    );
  });

  it('are about even for ids that differ little', async () => {
    const rows = Array.from({ length: 64_000 }, (_, number) => row(`nightly.${1e9 + number}`));
    const sizes = (await intoBuckets(rows, 1_024)).map(({ length }) => length);
    expect(Math.max(...sizes)).toBeLessThan(120);
    expect(Math.min(...sizes)).toBeGreaterThan(20);
  });
});

describe('reuseRows', () => {
  it('answers equal rows as the objects of the base, and the others as they are', async () => {
    const raws = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 });
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.tuple(raws, raws, fc.boolean())), async (all) => {
        const base = Object.entries(all).map(([id, [raw]]) => row(id, raw));
        const rows = Object.entries(all).map(([id, [raw, other, isOther]]) =>
          row(id, structuredClone(isOther ? { other } : raw)),
        );
        const reused = await reuseRows(rows, base);
        expect(new Map(reused.map((each) => [each.task.id, each.raw]))).toEqual(
          new Map(rows.map((each) => [each.task.id, each.raw])),
        );
        for (const each of reused) {
          const [, , isOther] = all[each.task.id] ?? [];
          expect(base.includes(each)).toBe(isOther !== true);
        }
      }),
    );
  });

  it.each([
    [{ a: 1 }, { a: '1' }],
    [{ a: null }, {}],
    [{ a: [] }, { a: {} }],
    [{ a: [1, 2] }, { a: [1] }],
    [{ a: { b: 1 } }, { a: { c: 1 } }],
    [JSON.parse('{"__proto__":1}') as object, {}],
  ])('does not take %j for %j', async (a, b) => {
    const [from, to] = [row('x', a), row('x', b)];
    await expect(reuseRows([from], [to])).resolves.toEqual([from]);
    expect((await reuseRows([from], [to]))[0]).toBe(from);
    expect((await reuseRows([to], [from]))[0]).toBe(to);
  });

  it('does not mind the order of fields', async () => {
    const base = row('x', { a: 1, b: 2 });
    expect((await reuseRows([row('x', { b: 2, a: 1 })], [base]))[0]).toBe(base);
  });
});
