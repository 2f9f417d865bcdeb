import { describe, expect, it } from '@jest/globals';
import { feedName } from '@/model/feed.js';
import type { ReadFeed } from '@/model/provider.js';
import { sourceWith } from '../../test/support/reading.js';
import { parseFeedListHead, parseSnapshotHead, snapshotHead } from './snapshot-codec.js';

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
