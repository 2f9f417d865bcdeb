import { describe, expect, it } from 'vitest';
import type { FeedProblem, Partiality } from './api-types.js';
import { partialSentence, partialSources } from './partial-text.js';

function problem(feed: string, state: string): FeedProblem {
  return { feed, state, reason: null, message: 'A sentence.', lastSuccessTime: null };
}

function answer(unreachable: readonly string[], problems: readonly FeedProblem[]): Partiality {
  return { unreachable, completeness: { complete: problems.length === 0, completeSince: null, problems } };
}

describe('the notice about partial data', () => {
  it('is not there where all is', () => {
    expect(partialSentence(partialSources(answer([], [])), 4)).toBeNull();
  });

  it('counts sources, not feeds, and names them', () => {
    const feeds = ['sources/b/feeds/1', 'sources/b/feeds/2', 'sources/a/feeds/-'];
    const partial = partialSources(
      answer(
        feeds,
        feeds.map((feed) => problem(feed, 'FAILED')),
      ),
    );
    expect(partialSentence(partial, 5)).toMatch(/^2 of 5 sources could not be read in full: a, b\. /);
    expect(partial.map(({ source, problems }) => [source, problems.length])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  it('of what is only truncated says that not all tasks are known', () => {
    const partial = partialSources(answer([], [problem('sources/a/feeds/1', 'TRUNCATED')]));
    expect(partialSentence(partial, 5)).toBe('Not all tasks of a are known.');
  });

  it('lists sources that could not be read before others', () => {
    const partial = partialSources(
      answer(
        ['sources/z/feeds/1'],
        [problem('sources/a/feeds/1', 'TRUNCATED'), problem('sources/z/feeds/1', 'STALE')],
      ),
    );
    expect(partial.map(({ source, isUnreadable }) => [source, isUnreadable])).toEqual([
      ['z', true],
      ['a', false],
    ]);
  });
});
