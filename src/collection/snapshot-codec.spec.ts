import { describe, expect, it } from 'vitest';
import { feedName } from '@/model/feed.js';
import type { ReadFeed } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import { sourceWith } from '../../test/support/reading.js';
import {
  parseFeedListHead,
  parseInventoryHead,
  parseSnapshotHead,
  snapshotHead,
  storeNameOfInventory,
} from './snapshot-codec.js';

const READ: ReadFeed = {
  outcome: 'read',
  rows: [],
  truncation: 'MALFORMED',
  coveredSince: null,
  drift: { droppedRow: 2 },
  driftExamples: { droppedRow: { field: '(row)', found: 'null' } },
  bookmark: { any: 'thing' },
};
const HEAD = snapshotHead(READ, 17);

describe('the head of a snapshot', () => {
  it('is unchanged after a round trip through JSON', () => {
    expect(parseSnapshotHead(JSON.parse(JSON.stringify(HEAD)))).toEqual(HEAD);
  });

  it.each([
    [false, null],
    [true, 'LIMIT'],
  ])('can be read in the form of earlier releases: truncated %p', (truncated, truncation) => {
    const { truncation: _, driftExamples: _examples, ...rest } = HEAD;
    expect(parseSnapshotHead({ ...rest, truncated })).toEqual({ ...HEAD, truncation, driftExamples: {} });
  });

  it.each([
    { truncation: 'SOMEHOW' },
    { truncation: undefined },
    { fetchTimeMs: 'now' },
    { coveredSince: 0 },
  ])('is rejected with %j', (part) => {
    expect(parseSnapshotHead({ ...HEAD, ...part })).toBeNull();
  });

  it.each([null, 'text', [], { droppedRow: null }, { droppedRow: { field: 1, found: 'x' } }, { other: {} }])(
    'leaves out examples that are not valid: %j',
    (driftExamples) => {
      expect(parseSnapshotHead({ ...HEAD, driftExamples })?.driftExamples).toEqual({});
    },
  );
});

describe('the head of a list of feeds', () => {
  const SOURCE = sourceWith({ id: 's', provider: 'p', discovery: { exclude: [], maxClusters: 2 } });

  function parse(feeds: readonly unknown[]): unknown {
    return parseFeedListHead({ feeds, truncation: null, fetchTimeMs: 17 }, SOURCE)?.feeds ?? null;
  }

  function feed(key: string): object {
    return { name: feedName('s', key), provider: 'p', source: 's', key, cluster: { id: key, name: null } };
  }

  it('is accepted unchanged', () => {
    const feeds = [feed('a'), feed('b')];
    expect(parse(feeds)).toEqual(feeds);
  });

  it.each([
    { key: '../x', name: 'sources/s/feeds/../x', cluster: null },
    { key: 7 },
    { name: 'sources/s/feeds/b' },
    { source: 't', name: 'sources/t/feeds/a' },
    { provider: 'q' },
    { cluster: undefined },
    { cluster: { id: 'b', name: null } },
    { cluster: { id: 'a', name: 'a\nb' } },
    { cluster: { id: 'a', name: 'x'.repeat(257) } },
  ])('is rejected with a feed that this source cannot find: %j', (part) => {
    expect(parse([{ ...feed('a'), ...part }])).toBeNull();
  });

  it.each([null, 'a', []])('is rejected with the feed %j', (value) => {
    expect(parse([value])).toBeNull();
  });

  it('is rejected with more feeds than the source may read clusters', () => {
    expect(parse([feed('a'), feed('b'), feed('c')])).toBeNull();
  });
});

describe('the head of an inventory', () => {
  const MEMBER = { type: 'server', id: 'x', name: 'erp', cluster: { id: '5', name: null } };
  const WHOLE = { members: [MEMBER], truncation: null, fetchTimeMs: 17, drift: {}, driftExamples: {} };

  it('is unchanged after a round trip through JSON', () => {
    expect(parseInventoryHead(JSON.parse(JSON.stringify(WHOLE)))).toEqual(WHOLE);
  });

  it.each([
    ...[{ id: '' }, { id: 5 }, { id: 'x'.repeat(257) }, { type: null }, { name: 5 }, { name: 'two\nlines' }],
    ...[{ cluster: undefined }, { cluster: 'c' }, { cluster: { id: 5, name: null } }],
  ])('is rejected with a member that has %j', (part) => {
    expect(parseInventoryHead({ ...WHOLE, members: [MEMBER, { ...MEMBER, ...part }] })).toBeNull();
  });

  it.each([
    null,
    'text',
    [],
    { ...WHOLE, members: 'x' },
    { ...WHOLE, members: [null] },
    { ...WHOLE, truncation: 'X' },
  ])('is rejected as %j', (head) => {
    expect(parseInventoryHead(head)).toBeNull();
  });

  it('is rejected with more members than an inventory may have', () => {
    const members = Array.from({ length: 20_001 }, () => MEMBER);
    expect(parseInventoryHead({ ...WHOLE, members })).toBeNull();
  });

  it('has another name in the store for other clusters', () => {
    const nameFor = (clusters: SourceConfig['clusters']): string =>
      storeNameOfInventory('n', { source: sourceWith({ provider: 'p', clusters }), account: [] });
    expect(nameFor([{ id: 'a', name: null }])).not.toBe(nameFor(null));
    expect(nameFor(null)).toBe(nameFor(null));
  });
});
