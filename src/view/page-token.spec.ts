import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ANY_CHARACTER } from '../../test/support/any-character.js';
import { FAILURE_REASONS } from '@/model/failure.js';
import { allFeedsName, feedName } from '@/model/feed.js';
import { TASK_ORDERS } from '@/model/order.js';
import { TASK_STATUSES } from '@/model/task.js';
import type { MissingFeed } from './missing-feed.js';
import { ANY_FEED, widenToAny, widenToSource } from './missing-feed.js';
import type { PageTokenContent, WalkQuery } from './page-token.js';
import { LONGEST_PAGE_TOKEN, PageTokens } from './page-token.js';

const tokens = tokensOf('a key');
const QUERY: WalkQuery = {
  filter: { status: ['FAILED'] },
  order: 'createTime desc',
  includeRaw: false,
  visible: 'all',
};
const POSITION = { time: '2023-11-25T09:03:46.739Z', id: 'kubernetes.1d4d9a8f' };
const TOKEN = tokens.issue(QUERY, { position: POSITION, missing: [missingFeed('sources/a/feeds/1')] });

function tokensOf(own: string | Buffer, shared: (() => string | null) | null = null): PageTokens {
  return new PageTokens({ own, shared });
}

function missingFeed(feed: string): MissingFeed {
  return { feed, state: 'FAILED', reason: 'TIMEOUT' };
}

function missingFeeds(sources: number, feedsEach: number): MissingFeed[] {
  return Array.from({ length: sources }, (_, source) =>
    Array.from({ length: feedsEach }, (_, feed) => missingFeed(feedName(`s${source}`, `cluster-${feed}`))),
  ).flat();
}

/** Issues a token and reads it where the given feeds are known; every read of it must succeed. */
function reread(content: PageTokenContent, knownFeeds: readonly string[]): PageTokenContent {
  const token = tokens.issue(QUERY, content);
  expect(token.length).toBeLessThanOrEqual(LONGEST_PAGE_TOKEN);
  const read = tokens.read(token, { query: QUERY, knownFeeds });
  if (typeof read === 'string') throw new Error(read);
  return read;
}

const byFeed = (a: MissingFeed, b: MissingFeed): number => (a.feed < b.feed ? -1 : 1);

const ID_CHARACTERS = 'ABCXYZabcxyz0189_-~.'.split('');
const query: fc.Arbitrary<WalkQuery> = fc.record({
  filter: fc.record(
    {
      status: fc.subarray([...TASK_STATUSES]),
      source: fc.array(fc.constantFrom('a', 'b', 'c')),
      resourceName: fc.string(),
      createdAfter: fc.constantFrom('2024-01-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z'),
    },
    { requiredKeys: [] },
  ),
  order: fc.constantFrom(...TASK_ORDERS),
  includeRaw: fc.boolean(),
  visible: fc.constantFrom('all', 'a', 'a,b'),
});
const position = fc.record({
  time: fc.option(
    fc
      .date({
        min: new Date('0000-01-01T00:00:00.000Z'),
        max: new Date('9999-12-31T23:59:59.999Z'),
        noInvalidDate: true,
      })
      .map((date) => date.toISOString()),
  ),
  id: fc.string({ unit: fc.constantFrom(...ID_CHARACTERS), minLength: 1, maxLength: 194 }),
});
const missing = fc.uniqueArray(
  fc.record({
    feed: fc
      .tuple(
        fc.constantFrom('a', 'long-source-name'),
        fc.oneof(fc.uuid(), fc.constant('-'), fc.constant('operation-logs')),
      )
      .map(([source, key]) => feedName(source, key)),
    state: fc.constantFrom('LOADING' as const, 'FAILED' as const, 'STALE' as const),
    reason: fc.option(fc.constantFrom(...FAILURE_REASONS)),
  }),
  { selector: ({ feed }) => feed, maxLength: 30 },
);

describe('PageTokens', () => {
  it('reads what it issued', () => {
    fc.assert(
      fc.property(query, position, missing, (asked, position, missing) => {
        const token = tokens.issue(asked, { position, missing });
        expect(token).toMatch(/^[A-Za-z0-9_-]{1,512}$/);
        const read = tokens.read(token, { query: asked, knownFeeds: missing.map(({ feed }) => feed) });
        expect(read).toEqual({ position, missing: expect.arrayContaining(missing) as unknown });
        expect(read).toHaveProperty('missing.length', missing.length);
      }),
    );
  });

  it('issues the same token for the same content, in whatever order the missing feeds come', () => {
    fc.assert(
      fc.property(position, missing, (position, missing) => {
        const again = tokensOf('a key').issue(QUERY, { position, missing: missing.toReversed() });
        expect(again).toBe(tokens.issue(QUERY, { position, missing }));
      }),
    );
  });

  it('rejects a token with any one bit flipped', () => {
    const bytes = Buffer.from(TOKEN, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(tokens.read(flipped.toString('base64url'), { query: QUERY, knownFeeds: [] })).toBe('malformed');
    }
  });

  it('rejects a token with any one character changed, also in the spare bits of the last', () => {
    for (const at of TOKEN.split('').keys()) {
      for (const character of ['A', 'B', 'g', '_', '=', '+', ' ', 'é'].filter(
        (one) => one !== TOKEN.charAt(at),
      )) {
        const changed = TOKEN.slice(0, at) + character + TOKEN.slice(at + 1);
        expect(tokens.read(changed, { query: QUERY, knownFeeds: [] })).toBe('malformed');
      }
    }
  });

  it('rejects a shortened or lengthened token', () => {
    for (let length = 0; length < TOKEN.length; length++) {
      expect(tokens.read(TOKEN.slice(0, length), { query: QUERY, knownFeeds: [] })).toBe('malformed');
    }
    for (const more of ['A', '=', '==', '\n', TOKEN]) {
      expect(tokens.read(TOKEN + more, { query: QUERY, knownFeeds: [] })).toBe('malformed');
    }
  });

  it('rejects any text without throwing', () => {
    const text = fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: ANY_CHARACTER, maxLength: 600 }));
    fc.assert(
      fc.property(text, (text) => {
        expect(tokens.read(text, { query: QUERY, knownFeeds: [] })).toBe('malformed');
      }),
    );
  });

  it('rejects a token of another version with the right key', () => {
    const body = Buffer.from(TOKEN, 'base64url').subarray(0, -32);
    const mac = (label: number, bytes: Buffer): Buffer =>
      createHmac('sha256', 'a key')
        .update(Buffer.concat([Buffer.of(label), bytes]))
        .digest()
        .subarray(0, 16);
    const sealed = (): string => {
      const first = Buffer.concat([body, mac(1, body)]);
      return Buffer.concat([first, mac(2, first)]).toString('base64url');
    };
    expect(sealed()).toBe(TOKEN);
    body.writeUInt8(3);
    expect(tokens.read(sealed(), { query: QUERY, knownFeeds: [] })).toBe('malformed');
  });

  it('rejects a token of another key', () => {
    expect(tokensOf('another key').read(TOKEN, { query: QUERY, knownFeeds: [] })).toBe('malformed');
    expect(tokensOf(Buffer.from('a key')).read(TOKEN, { query: QUERY, knownFeeds: [] })).toEqual(
      tokens.read(TOKEN, { query: QUERY, knownFeeds: [] }),
    );
  });

  const FROM_REDIS = (): string => 'of Redis';
  const NOT_KNOWN = (): null => null;
  it.each([
    ['the same configuration, no Redis', tokensOf('c'), tokensOf('c'), true],
    ['another configuration, no Redis', tokensOf('c'), tokensOf('d'), false],
    ['another configuration, the same Redis', tokensOf('c', FROM_REDIS), tokensOf('d', FROM_REDIS), true],
    ['the same configuration, another Redis', tokensOf('c', FROM_REDIS), tokensOf('c', () => 'x'), false],
    ['a reader that has not reached Redis', tokensOf('c', FROM_REDIS), tokensOf('c', NOT_KNOWN), true],
    ['an issuer that had not reached Redis', tokensOf('c', NOT_KNOWN), tokensOf('c', FROM_REDIS), true],
    ['neither has reached Redis', tokensOf('c', NOT_KNOWN), tokensOf('c', NOT_KNOWN), true],
    ['another configuration, Redis not reached', tokensOf('c', FROM_REDIS), tokensOf('d', NOT_KNOWN), false],
  ] as const)('between replicas: %s', (...[, issuer, reader, isAccepted]) => {
    const token = issuer.issue(QUERY, { position: POSITION, missing: [] });
    const read = reader.read(token, { query: QUERY, knownFeeds: [] });
    expect(read).toEqual(isAccepted ? { position: POSITION, missing: [] } : 'malformed');
  });

  it.each([tokensOf('c'), tokensOf('c', FROM_REDIS), tokensOf('c', NOT_KNOWN)])(
    'rejects a token that was cut at any byte (%#)',
    (cutTokens) => {
      const bytes = Buffer.from(cutTokens.issue(QUERY, { position: POSITION, missing: [] }), 'base64url');
      for (let length = 0; length < bytes.length; length += 1) {
        const token = bytes.subarray(0, length).toString('base64url');
        expect(cutTokens.read(token, { query: QUERY, knownFeeds: [] })).toBe('malformed');
      }
    },
  );

  it('rejects a token of which any bit was changed, also with a shared key', () => {
    const shared = tokensOf('c', FROM_REDIS);
    const bytes = Buffer.from(shared.issue(QUERY, { position: POSITION, missing: [] }), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(shared.read(changed.toString('base64url'), { query: QUERY, knownFeeds: [] })).toBe('malformed');
    }
  });

  it.each<[string, Partial<WalkQuery>]>([
    ['filter', { filter: { status: ['RUNNING'] } }],
    ['longer filter', { filter: { status: ['FAILED'], clusterId: 'c1' } }],
    ['empty filter', { filter: {} }],
    ['order', { order: 'createTime asc' }],
    ['include', { includeRaw: true }],
  ])('recognises a token of a walk with another %s', (_, change) => {
    expect(tokens.read(TOKEN, { query: { ...QUERY, ...change }, knownFeeds: [] })).toBe('other-query');
  });

  it('accepts the same query with its parameters and values in another order, or repeated', () => {
    const asked: WalkQuery = { ...QUERY, filter: { status: ['FAILED', 'RUNNING'], clusterId: 'c1' } };
    const token = tokens.issue(asked, { position: POSITION, missing: [] });
    const same: WalkQuery = {
      ...QUERY,
      filter: { clusterId: 'c1', trigger: undefined, status: ['RUNNING', 'FAILED', 'RUNNING'] },
    };
    expect(tokens.read(token, { query: same, knownFeeds: [] })).toEqual({ position: POSITION, missing: [] });
  });

  it('throws for an id longer than any task has', () => {
    const position = { time: null, id: 'x'.repeat(256) };
    expect(() => tokens.issue(QUERY, { position, missing: [] })).toThrow(RangeError);
  });
});

describe('the missing feeds of a page token', () => {
  const longestPosition = { time: POSITION.time, id: `${'s'.repeat(63)}.${'k'.repeat(130)}` };

  it('has room for 27 feeds and the longest id', () => {
    const missing = missingFeeds(3, 9);
    const read = reread(
      { position: longestPosition, missing },
      missing.map(({ feed }) => feed),
    );
    expect([...read.missing].sort(byFeed)).toEqual([...missing].sort(byFeed));
  });

  it('names the sources where the feeds do not fit', () => {
    const missing = missingFeeds(3, 600);
    const sources = ['s0', 's1', 's2'].map(allFeedsName);
    const read = reread({ position: longestPosition, missing }, sources);
    expect([...read.missing].sort(byFeed)).toEqual(sources.map(missingFeed));
  });

  it('says that some feed is missing where not even the sources fit', () => {
    const read = reread({ position: longestPosition, missing: missingFeeds(400, 5) }, []);
    expect(read.missing).toEqual([missingFeed(ANY_FEED)]);
  });

  it('gives a combined entry the gravest state, and a reason only where all agree', () => {
    const feeds = missingFeeds(2, 60).map((one, index): MissingFeed => {
      if (one.feed.startsWith('sources/s0/')) return { ...one, state: index === 7 ? 'LOADING' : 'STALE' };
      return { ...one, reason: index === 77 ? 'THROTTLED' : 'TIMEOUT' };
    });
    const read = reread({ position: POSITION, missing: feeds }, ['s0', 's1'].map(allFeedsName));
    expect([...read.missing].sort(byFeed)).toEqual([
      { feed: 'sources/s0/feeds/-', state: 'LOADING', reason: 'TIMEOUT' },
      { feed: 'sources/s1/feeds/-', state: 'FAILED', reason: null },
    ]);
  });

  it('covers every feed that was ever missing, through any number of pages', () => {
    const pages = fc.array(fc.tuple(position, fc.nat(20), fc.nat(120)), { minLength: 1, maxLength: 6 });
    const all = missingFeeds(20, 120);
    const known = [...all, ...all.map(widenToSource)].map(({ feed }) => feed);
    fc.assert(
      fc.property(pages, (pages) => {
        let carried: readonly MissingFeed[] = [];
        for (const [position, sources, feedsEach] of pages) {
          const missing = [...carried, ...missingFeeds(sources, feedsEach)];
          carried = reread({ position, missing }, known).missing;
          const named = new Set(carried.map(({ feed }) => feed));
          const covers = (one: MissingFeed): boolean =>
            [one, widenToSource(one), widenToAny(one)].some(({ feed }) => named.has(feed));
          expect(missing.filter((one) => !covers(one))).toEqual([]);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('passes on a feed that is not known here, for a replica that knows it', () => {
    const missing = [missingFeed('sources/a/feeds/1'), missingFeed('sources/b/feeds/2')];
    const here = reread({ position: POSITION, missing }, ['sources/a/feeds/1']);
    expect([...here.missing].sort(byFeed)).toEqual([
      { ...missingFeed(ANY_FEED), mark: expect.any(Number) as unknown },
      missingFeed('sources/a/feeds/1'),
    ]);
    const there = reread({ position: POSITION, missing: here.missing }, [
      'sources/b/feeds/2',
      'sources/a/feeds/1',
    ]);
    expect([...there.missing].sort(byFeed)).toEqual(missing);
  });

  it('names no feed where two have the same mark', () => {
    // Their names' SHA-256 hashes begin with the same four bytes.
    const [one, other] = ['sources/a/feeds/79490', 'sources/a/feeds/99905'];
    const read = reread({ position: POSITION, missing: [missingFeed(one)] }, [one, other]);
    expect(read.missing).toEqual([{ ...missingFeed(ANY_FEED), mark: expect.any(Number) as unknown }]);
  });
});
