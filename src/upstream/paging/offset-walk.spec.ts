import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { walkOffsets, type OffsetList } from './offset-walk.js';

/** An upstream's list that changes between calls as a test preferences. */
class ChangingList {
  calls = 0;
  #next = 0;
  rows: string[];

  constructor(
    size: number,
    private readonly cap: number,
    private readonly change: (list: ChangingList) => void = () => undefined,
  ) {
    this.rows = Array.from({ length: size }, () => this.newRow());
  }

  newRow(): string {
    this.#next += 1;
    return `row-${this.#next}`;
  }

  asOffsetList(maxRows = 100_000): OffsetList<string> {
    return {
      readPage: (start) => {
        if (this.calls > 0) this.change(this);
        this.calls += 1;
        return Promise.resolve(this.rows.slice(start, start + this.cap));
      },
      identify: (row) => row,
      maxRows,
      signal: new AbortController().signal,
    };
  }
}

describe('walkOffsets', () => {
  const SIZES = [0, 1, 2, 10, 999, 1000, 1001, 5000];
  const CAPS = [1, 2, 7, 100, 999, 1000];
  it.each(SIZES.flatMap((size) => CAPS.map((cap) => ({ size, cap }))))(
    'reads $size rows in pages of $cap, each once and in order',
    async ({ size, cap }) => {
      const list = new ChangingList(size, cap);
      const walked = await walkOffsets(list.asOffsetList());
      expect(walked).toEqual({ rows: list.rows, truncated: false });
      expect(list.calls).toBeLessThanOrEqual(2 + Math.ceil(size / Math.max(1, cap - 1)));
    },
  );

  it('misses no row that stays, whatever is added or removed at either end or between', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          size: fc.integer({ min: 0, max: 300 }),
          cap: fc.integer({ min: 8, max: 60 }),
          changes: fc.array(
            fc.record({
              at: fc.double({ min: 0, max: 1, noNaN: true }),
              remove: fc.integer({ min: 0, max: 3 }),
              insert: fc.integer({ min: 0, max: 3 }),
            }),
            { maxLength: 20 },
          ),
        }),
        async ({ size, cap, changes }) => {
          const pending = [...changes];
          const list = new ChangingList(size, cap, (self) => {
            const change = pending.shift();
            if (change === undefined) return;
            const place = Math.floor(change.at * self.rows.length);
            const added = Array.from({ length: change.insert }, () => self.newRow());
            // New rows come at the head; a list never grows in the middle.
            self.rows.splice(place, change.remove);
            self.rows.unshift(...added);
          });
          const before = new Set(list.rows);
          const { rows, truncated } = await walkOffsets(list.asOffsetList());
          const stayed = list.rows.filter((row) => before.has(row));
          expect(new Set(rows).size).toBe(rows.length);
          expect(truncated).toBe(false);
          expect(stayed.filter((row) => !rows.includes(row))).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('keeps up with a list that loses a row at its head before every call', async () => {
    const list = new ChangingList(5000, 1000, (self) => self.rows.shift());
    const { rows, truncated } = await walkOffsets(list.asOffsetList());
    expect(truncated).toBe(false);
    expect(list.rows.filter((row) => !rows.includes(row))).toEqual([]);
    expect(list.calls).toBeLessThan(20);
  });

  it('keeps the later form of a row that is read twice', async () => {
    const pages = [
      [
        { id: 'a', v: 1 },
        { id: 'b', v: 1 },
      ],
      [{ id: 'b', v: 2 }],
    ];
    let call = 0;
    const walked = await walkOffsets({
      readPage: () => Promise.resolve(pages[Math.min(call++, 1)] ?? []),
      identify: ({ id }) => id,
      maxRows: 10,
      signal: new AbortController().signal,
    });
    expect(walked.rows).toEqual([
      { id: 'a', v: 1 },
      { id: 'b', v: 2 },
    ]);
  });

  it('ends, and reports it, when the position is not honoured', async () => {
    const list = new ChangingList(50, 10);
    const offsets = { ...list.asOffsetList(), readPage: () => Promise.resolve(list.rows.slice(0, 10)) };
    expect(await walkOffsets(offsets)).toEqual({ rows: list.rows.slice(0, 10), truncated: true });
  });

  it('ends soon when the position is not honoured and rows keep arriving', async () => {
    const list = new ChangingList(50, 10, (self) => self.rows.unshift(self.newRow()));
    const { readPage, ...rest } = list.asOffsetList();
    const { truncated } = await walkOffsets({ ...rest, readPage: () => readPage(0) });
    expect(truncated).toBe(true);
    expect(list.calls).toBeLessThan(30);
  });

  it.each([1, 2, 3, 5])('ends soon when %i rows arrive at the end before every call', async (arriving) => {
    const list = new ChangingList(200, 10, (self) => {
      for (let row = 0; row < arriving; row++) self.rows.push(self.newRow());
    });
    const before = [...list.rows];
    const { rows } = await walkOffsets(list.asOffsetList());
    expect(before.filter((row) => !rows.includes(row))).toEqual([]);
    expect(list.calls).toBeLessThan(80);
  });

  it.each([1, 2, 3, 10, 999, 1001])('reads %i rows while one arrives before every call', async (size) => {
    const list = new ChangingList(size, 1000, (self) => self.rows.unshift(self.newRow()));
    const before = [...list.rows];
    const { rows, truncated } = await walkOffsets(list.asOffsetList());
    expect(truncated).toBe(false);
    expect(before.filter((row) => !rows.includes(row))).toEqual([]);
  });

  it('ends, and reports it, where the upstream serves no further position', async () => {
    const list = new ChangingList(5000, 1000);
    const { readPage, ...rest } = list.asOffsetList();
    const bounded = {
      ...rest,
      readPage: (start: number) => (start < 1000 ? readPage(start) : Promise.resolve(null)),
    };
    expect(await walkOffsets(bounded)).toEqual({ rows: list.rows.slice(0, 1999), truncated: true });
  });

  it('reads no more than allowed', async () => {
    const list = new ChangingList(5000, 100);
    const walked = await walkOffsets(list.asOffsetList(250));
    expect(walked).toEqual({ rows: list.rows.slice(0, 250), truncated: true });
    expect(list.calls).toBe(3);
  });

  it('is not truncated when it holds just as many rows as it may read', async () => {
    const list = new ChangingList(250, 100);
    expect(await walkOffsets(list.asOffsetList(250))).toEqual({ rows: list.rows, truncated: false });
  });

  it('stops when it is aborted', async () => {
    const stop = new AbortController();
    const list = new ChangingList(5000, 10, () => {
      stop.abort();
    });
    const offsets = { ...list.asOffsetList(), signal: stop.signal };
    await expect(walkOffsets(offsets)).rejects.toMatchObject({ name: 'AbortError' });
    expect(list.calls).toBe(2);
  });
});
