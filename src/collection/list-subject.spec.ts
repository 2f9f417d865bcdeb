import { describe, expect, it } from '@jest/globals';
import { feedName } from '@/model/feed.js';
import { sourceWith } from '../../test/support/reading.js';
import type { SourceTools } from './keeper-tools.js';
import { ListSubject } from './list-subject.js';

const SOURCE = sourceWith({ id: 's', provider: 'p', discovery: { exclude: [], maxClusters: 2 } });

function decode(feeds: readonly unknown[], feedsAreConfigured = false): unknown {
  const subject = new ListSubject({ source: SOURCE, feedsAreConfigured } as SourceTools);
  const head = { feeds, truncation: null, fetchTimeMs: 17 };
  return subject.decode({ version: 1, head, rows: [] })?.value.feeds ?? null;
}

function feed(key: string): object {
  return { name: feedName('s', key), provider: 'p', source: 's', key, cluster: { id: key, name: null } };
}

describe('a list of feeds from the store', () => {
  it('is taken as it is', () => {
    const feeds = [feed('a'), feed('b')];
    expect(decode(feeds)).toEqual(feeds);
  });

  it.each([
    { key: '../x', name: 'sources/s/feeds/../x', cluster: null },
    { name: 'sources/s/feeds/b' },
    { source: 't', name: 'sources/t/feeds/a' },
    { provider: 'q' },
    { cluster: { id: 'b', name: null } },
    { cluster: { id: 'a', name: 'a\nb' } },
    { cluster: { id: 'a', name: 'x'.repeat(257) } },
  ])('is none with a feed that this source does not find: %j', (part) => {
    expect(decode([{ ...feed('a'), ...part }])).toBeNull();
  });

  it('is none with more feeds than clusters may be read, unless the configuration names them', () => {
    const feeds = [feed('a'), feed('b'), feed('c')];
    expect(decode(feeds)).toBeNull();
    expect(decode(feeds, true)).toEqual(feeds);
  });
});
