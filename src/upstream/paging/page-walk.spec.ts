import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { walkPages, type NumberedPage, type WalkedList } from './page-walk.js';
import { UpstreamError } from '../upstream-error.js';

interface Totals {
  readonly totalRows: number | null;
  readonly totalPages: number | null;
}

/** What an upstream claims, from how many rows it has, a page's place and its size. */
type Claim = (rows: number, cap: number, served: number) => Totals;

const CLAIMS = {
  honest: (rows, cap) => ({ totalRows: rows, totalPages: Math.ceil(rows / cap) }),
  pagesOnly: (rows, cap) => ({ totalRows: null, totalPages: Math.ceil(rows / cap) }),
  absent: () => ({ totalRows: null, totalPages: null }),
  tooMany: (rows) => ({ totalRows: rows + 7, totalPages: 99 }),
  tooFew: (rows) => ({ totalRows: Math.floor(rows / 2), totalPages: 1 }),
  zero: () => ({ totalRows: 0, totalPages: 0 }),
  ofThePage: (_rows, _cap, served) => ({ totalRows: served, totalPages: 1 }),
} satisfies Record<string, Claim>;
type ClaimName = keyof typeof CLAIMS;

/** What a page behind the last one is. */
type End = 'empty' | 'error' | 'lastPage';

/** A list of numbers behind a paged interface, which may change right before a call. */
class ModelUpstream {
  calls = 0;
  cap = 1000;
  claim: Claim = CLAIMS.honest;
  end: End = 'empty';
  ignoresPage = false;
  change: (call: number) => void = () => undefined;

  constructor(public rows: number[]) {}

  readonly readPage = (page: number): Promise<NumberedPage<number>> => {
    this.calls += 1;
    this.change(this.calls);
    const last = Math.max(1, Math.ceil(this.rows.length / this.cap));
    if (page > last && this.end === 'error')
      return Promise.reject(new UpstreamError('UPSTREAM_ERROR', null, { httpStatus: 400 }));
    const number = this.ignoresPage ? 1 : this.end === 'lastPage' ? Math.min(page, last) : page;
    const rows = this.rows.slice((number - 1) * this.cap, number * this.cap);
    return Promise.resolve({ rows, ...this.claim(this.rows.length, this.cap, rows.length) });
  };

  walk(maxRows = 100_000, signal = new AbortController().signal): Promise<WalkedList<number>> {
    return walkPages({ readPage: this.readPage, identify: String, maxRows, signal });
  }
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function ascending(rows: readonly number[]): number[] {
  return [...rows].sort((a, b) => a - b);
}

const ROW_COUNTS = [0, 1, 10, 999, 1000, 1001, 5000];

describe('walkPages over a page of far more rows than asked for', () => {
  it('looks at one row more than may be read, and says that there are more', async () => {
    const looked: number[] = [];
    const walked = await walkPages({
      readPage: () => Promise.resolve({ rows: numbers(50_000), totalRows: null, totalPages: null }),
      identify: (row) => String(looked.push(row) && row % 7),
      maxRows: 10,
      signal: new AbortController().signal,
    });
    expect(walked).toEqual({ rows: numbers(10), truncated: true });
    expect(looked).toHaveLength(11);
  });
});

describe('walkPages over a list that does not change', () => {
  for (const [name, claim] of Object.entries(CLAIMS)) {
    it.each(ROW_COUNTS)(`reads each of %i rows once when totals are: ${name}`, async (count) => {
      const upstream = new ModelUpstream(numbers(count));
      upstream.claim = claim;
      expect(await upstream.walk()).toEqual({ rows: numbers(count), truncated: false });
      expect(upstream.calls).toBeLessThanOrEqual(2 * (Math.ceil(count / 1000) + 1));
    });
  }

  it.each(ROW_COUNTS)(
    'spends one call more than there are pages on %i rows with honest totals',
    async (count) => {
      const upstream = new ModelUpstream(numbers(count));
      await upstream.walk();
      expect(upstream.calls).toBe(Math.ceil(count / 1000) + 1);
    },
  );

  it('reads each row once whatever the cap, the totals and the end look like', async () => {
    const model = fc.record({
      count: fc.nat(120),
      cap: fc.integer({ min: 1, max: 40 }),
      claim: fc.constantFrom(...Object.values<Claim>(CLAIMS)),
      end: fc.constantFrom<End>('empty', 'lastPage'),
    });
    const property = fc.asyncProperty(model, async ({ count, ...quirks }) => {
      const upstream = Object.assign(new ModelUpstream(numbers(count)), quirks);
      const walked = await upstream.walk();
      expect(walked.rows).toEqual(numbers(count));
      // A first page that comes again is also what an upstream without paging shows.
      if (quirks.end === 'empty' || count > quirks.cap) expect(walked.truncated).toBe(false);
      expect(upstream.calls).toBeLessThanOrEqual(2 * (Math.ceil(count / quirks.cap) + 2));
    });
    await fc.assert(property);
  });

  it.each<ClaimName>(['honest', 'pagesOnly'])(
    'treats an error behind the last page as the end: %s',
    async (name) => {
      const upstream = new ModelUpstream(numbers(25));
      Object.assign(upstream, { cap: 10, claim: CLAIMS[name], end: 'error' });
      expect(await upstream.walk()).toEqual({ rows: numbers(25), truncated: false });
    },
  );

  it('throws an error that comes before the claimed end', async () => {
    const upstream = new ModelUpstream(numbers(25));
    Object.assign(upstream, { cap: 10, claim: CLAIMS.tooMany, end: 'error' });
    await expect(upstream.walk()).rejects.toMatchObject({ reason: 'UPSTREAM_ERROR' });
  });

  it('throws an error that does not reject the page, even at the claimed end', async () => {
    const upstream = new ModelUpstream(numbers(10));
    upstream.change = (call) => {
      if (call === 2) throw new UpstreamError('THROTTLED', 5000);
    };
    await expect(upstream.walk()).rejects.toEqual(new UpstreamError('THROTTLED', 5000));
  });

  it('counts rows that cannot be distinguished as received', async () => {
    const upstream = new ModelUpstream([1, 2, 2, 3]);
    expect(await upstream.walk()).toEqual({ rows: [1, 2, 3], truncated: false });
    expect(upstream.calls).toBe(2);
  });
});

describe('walkPages over an upstream that ignores the page number', () => {
  it('knows from the totals that everything is read', async () => {
    const upstream = new ModelUpstream(numbers(10));
    upstream.ignoresPage = true;
    expect(await upstream.walk()).toEqual({ rows: numbers(10), truncated: false });
    expect(upstream.calls).toBe(2);
  });

  it.each<ClaimName>(['honest', 'absent', 'zero', 'pagesOnly'])(
    'reports truncation when more may exist: %s',
    async (name) => {
      const upstream = new ModelUpstream(numbers(25));
      Object.assign(upstream, { cap: 10, claim: CLAIMS[name], ignoresPage: true });
      expect(await upstream.walk()).toEqual({ rows: numbers(10), truncated: true });
      expect(upstream.calls).toBeLessThanOrEqual(6);
    },
  );
});

describe('walkPages and its bounds', () => {
  it.each(ROW_COUNTS)('is complete when the limit equals the number of rows, %i', async (count) => {
    const upstream = new ModelUpstream(numbers(count));
    expect(await upstream.walk(count)).toEqual({ rows: numbers(count), truncated: false });
  });

  it('stops at the limit and reports it', async () => {
    const upstream = new ModelUpstream(numbers(5000));
    expect(await upstream.walk(1500)).toEqual({ rows: numbers(1500), truncated: true });
    expect(upstream.calls).toBe(2);
  });

  it('ends on an upstream that never runs out of rows', async () => {
    const readPage = (page: number): Promise<NumberedPage<number>> =>
      Promise.resolve({ rows: [page], totalRows: null, totalPages: null });
    const { signal } = new AbortController();
    const walked = await walkPages({ readPage, identify: String, maxRows: 50, signal });
    expect(walked).toEqual({ rows: numbers(51).slice(1), truncated: true });
  });

  it('asks for no further page once the signal is aborted', async () => {
    const upstream = new ModelUpstream(numbers(5000));
    const abort = new AbortController();
    upstream.change = (call) => {
      if (call === 2) abort.abort();
    };
    await expect(upstream.walk(100_000, abort.signal)).rejects.toEqual(new UpstreamError('TIMEOUT'));
    expect(upstream.calls).toBe(2);
  });
});

/** One change of the list right before a call; at a place given as a part of its length. */
interface Change {
  readonly call: number;
  readonly inserts: boolean;
  readonly place: number;
}

const changeAmong = (calls: number): fc.Arbitrary<Change> =>
  fc.record({
    call: fc.integer({ min: 1, max: calls }),
    inserts: fc.boolean(),
    place: fc.double({ min: 0, max: 1, noNaN: true }),
  });

/** Applies changes as calls come; answers the rows that were there all the time. */
function applyChanges(upstream: ModelUpstream, changes: readonly Change[]): ReadonlySet<number> {
  const lasting = new Set(upstream.rows);
  upstream.change = (call) => {
    for (const change of changes.filter((candidate) => candidate.call === call)) {
      const index = Math.floor(change.place * upstream.rows.length);
      if (change.inserts) upstream.rows.splice(index, 0, 1_000_000 + upstream.calls);
      else upstream.rows.splice(index, 1).forEach((row) => lasting.delete(row));
    }
  };
  return lasting;
}

describe('walkPages over a list that changes meanwhile', () => {
  it('never loses a row that was there throughout without reporting it, and never duplicates one', async () => {
    // One change at most between two calls: an arrival and a removal at once leave no trace in a total. And
    // without totals one at all: two could undo each other in just the way that a second pass sees the same.
    const totals = fc.constantFrom({ claim: CLAIMS.honest, most: 3 }, { claim: CLAIMS.absent, most: 1 });
    const model = totals.chain(({ claim, most }) =>
      fc.record({
        count: fc.nat(30),
        cap: fc.integer({ min: 1, max: 7 }),
        claim: fc.constant(claim),
        changes: fc.uniqueArray(changeAmong(40), { maxLength: most, selector: ({ call }) => call }),
      }),
    );
    const property = fc.asyncProperty(model, async ({ count, changes, ...quirks }) => {
      const upstream = Object.assign(new ModelUpstream(numbers(count)), quirks);
      const lasting = applyChanges(upstream, changes);
      const { rows, truncated } = await upstream.walk();
      expect(new Set(rows).size).toBe(rows.length);
      if (!truncated) expect(rows).toEqual(expect.arrayContaining([...lasting]));
      expect(upstream.calls).toBeLessThanOrEqual(3 * (count + 3 + 2));
    });
    await fc.assert(property, { numRuns: 2000 });
  });

  it('reads a list exactly if it stops changing before its last page is read', async () => {
    const model = fc.record({
      count: fc.integer({ min: 1, max: 40 }),
      cap: fc.integer({ min: 1, max: 7 }),
      places: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 2 }),
    });
    const property = fc.asyncProperty(model, async ({ count, cap, places }) => {
      const upstream = Object.assign(new ModelUpstream(numbers(count)), { cap });
      const gaps = Math.ceil(count / cap) - 1;
      applyChanges(
        upstream,
        places.slice(0, gaps).map((place, index) => ({ call: index + 2, inserts: true, place })),
      );
      const walked = await upstream.walk();
      expect(walked.truncated).toBe(false);
      expect(ascending(walked.rows)).toEqual(ascending(upstream.rows));
    });
    await fc.assert(property);
  });

  it('reads again when a removal hid the first row of the next page', async () => {
    const upstream = new ModelUpstream(numbers(10));
    upstream.cap = 5;
    applyChanges(upstream, [{ call: 2, inserts: false, place: 0 }]);
    expect(await upstream.walk()).toEqual({ rows: numbers(10).slice(1), truncated: false });
  });

  it('reads again when the removal empties the page that was to come', async () => {
    const upstream = new ModelUpstream(numbers(1001));
    applyChanges(upstream, [{ call: 2, inserts: false, place: 0 }]);
    expect(await upstream.walk()).toEqual({ rows: numbers(1001).slice(1), truncated: false });
  });

  it('finds every row of a list whose order changes all the time', async () => {
    const upstream = new ModelUpstream(numbers(20));
    upstream.cap = 10;
    upstream.change = (call) => {
      if (call % 3 === 2) upstream.rows = [...upstream.rows.slice(11), ...upstream.rows.slice(0, 11)];
    };
    const { rows, truncated } = await upstream.walk();
    expect(ascending(rows)).toEqual(numbers(20));
    expect(truncated).toBe(false);
  });

  it('returns all rows that it saw, as truncated, when rows change without end', async () => {
    const upstream = new ModelUpstream(numbers(10));
    upstream.cap = 5;
    upstream.change = (call) => {
      upstream.rows.unshift(1000 + call);
    };
    const { rows, truncated } = await upstream.walk();
    expect(rows).toEqual(expect.arrayContaining(numbers(10)));
    expect(truncated).toBe(true);
    expect(upstream.calls).toBeLessThan(60);
  });
});
