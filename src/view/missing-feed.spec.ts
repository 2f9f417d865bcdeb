import { describe, expect, it } from 'vitest';
import type { MissingFeed } from './missing-feed.js';
import { ANY_FEED, joinMissingFeeds } from './missing-feed.js';

describe('joinMissingFeeds', () => {
  const stale: MissingFeed = { feed: 'sources/a/feeds/1', state: 'STALE', reason: 'TIMEOUT' };
  const failed: MissingFeed = { feed: 'sources/a/feeds/1', state: 'FAILED', reason: 'FORBIDDEN' };
  const other: MissingFeed = { feed: 'sources/a/feeds/2', state: 'LOADING', reason: null };

  it('keeps what was missing earlier and adds what is missing now', () => {
    expect(joinMissingFeeds([stale], [])).toEqual([stale]);
    expect(joinMissingFeeds([stale], [other])).toEqual([stale, other]);
  });

  it('uses the current state for a feed that is missing again', () => {
    expect(joinMissingFeeds([stale], [failed])).toEqual([failed]);
  });

  it('keeps feeds without a name apart', () => {
    const unnamed = [7, 8].map((mark): MissingFeed => ({ ...stale, feed: ANY_FEED, mark }));
    expect(joinMissingFeeds(unnamed, [])).toEqual(unnamed);
  });
});
