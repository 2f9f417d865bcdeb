import { describe, expect, it } from 'vitest';
import { allFeedsName, clusterFeeds, feedName, keyOfFeed } from './feed.js';

const SOURCE = { id: 's', provider: 'p' };

describe('the name of a feed', () => {
  it('differs from that of every other key, and from the name for all feeds', () => {
    const keys = ['-', '%2D', '%252D', '%', '%25', '2D', 'a-b', '1000005'];
    const names = keys.map((key) => feedName('s', key));
    expect(new Set([...names, allFeedsName('s')]).size).toBe(keys.length + 1);
    expect(feedName('s', 'a-b')).toBe('sources/s/feeds/a-b');
  });

  it('tells the key, and none of all feeds together', () => {
    const keys = ['-', '%2D', '%252D', '%', '%25', '2D', 'a-b', 'a/b', '1000005'];
    expect(keys.map((key) => keyOfFeed(feedName('s', key)))).toEqual(keys);
    expect(keyOfFeed(allFeedsName('s'))).toBeNull();
  });
});

describe('the feeds of clusters', () => {
  it('keep the id of the cluster as their key', () => {
    expect(clusterFeeds(SOURCE, [{ id: '-', name: null }])).toEqual([
      { name: 'sources/s/feeds/%2D', provider: 'p', source: 's', key: '-', cluster: { id: '-', name: null } },
    ]);
  });

  it.each([
    ['x'.repeat(256), 'x'.repeat(256)],
    ['x'.repeat(1_000_000), 'x'.repeat(256)],
    [`${'x'.repeat(255)}\u{1F600}`, `${'x'.repeat(255)}\uFFFD`],
  ])('show 256 characters of a name at the most', (name, shown) => {
    expect(clusterFeeds(SOURCE, [{ id: 'a', name }])[0]?.cluster).toEqual({ id: 'a', name: shown });
  });
});
