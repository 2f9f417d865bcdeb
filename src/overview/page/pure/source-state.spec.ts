import { describe, expect, it } from 'vitest';
import type { Feed, Protection, Source } from './api-types.js';
import { isSettling, sourceState, troubledFeeds } from './source-state.js';

const CIRCUIT = { state: 'CLOSED', nextProbeTime: null };

function source(...feeds: Partial<Feed>[]): Source {
  const usual = {
    reason: null,
    cause: null,
    httpStatus: null,
    upstreamErrorCode: null,
    lastSuccessTime: null,
  };
  const whole = feeds.map((feed, index) => ({
    ...{
      ...usual,
      name: `sources/a/feeds/${index}`,
      state: 'FRESH',
      taskCount: 10,
      ageSeconds: 1,
      circuit: CIRCUIT,
    },
    ...feed,
  }));
  return { id: 'a', provider: 'p', region: null, circuit: CIRCUIT, feeds: whole };
}

describe('the state of a source', () => {
  it('is that of its worst feed, with the age of its oldest and the tasks of all', () => {
    const state = sourceState(source({ ageSeconds: 4 }, { state: 'STALE', ageSeconds: 90, taskCount: 5 }));
    expect(state).toEqual({ word: 'STALE', ageSeconds: 90, taskCount: 15, disabledCount: 0 });
  });

  it('does not suffer from feeds that are not enabled', () => {
    const state = sourceState(source({}, { state: 'DISABLED', ageSeconds: null, taskCount: null }));
    expect(state).toEqual({ word: 'FRESH', ageSeconds: 1, taskCount: 10, disabledCount: 1 });
  });

  it('has no age and no tasks where nothing was read', () => {
    const state = sourceState(source({ state: 'FAILED', ageSeconds: null, taskCount: null }));
    expect(state).toMatchObject({ word: 'FAILED', ageSeconds: null, taskCount: null });
  });

  it('takes a state that the page does not know for the worst', () => {
    expect(sourceState(source({ state: 'FAILED' }, { state: 'MELTED' })).word).toBe('MELTED');
  });
});

it('the feeds with which something is wrong come worst first', () => {
  const feeds = troubledFeeds(
    source({}, { state: 'TRUNCATED' }, { state: 'DISABLED' }, { state: 'FAILED' }, { state: 'STALE' }),
  );
  expect(feeds.map(({ state }) => state)).toEqual(['FAILED', 'STALE', 'TRUNCATED']);
});

describe('what is shown', () => {
  const protection = (...states: string[]): Protection => {
    const problems = states.map((state) => ({
      state,
      feed: 'f',
      reason: null,
      message: '',
      lastSuccessTime: null,
    }));
    return { completeness: { complete: false, completeSince: null, problems } } as unknown as Protection;
  };
  const settles = (known: Protection | null, ...feeds: Partial<Feed>[]): boolean =>
    isSettling(known, feeds.length === 0 ? null : { sources: [source(...feeds)] });

  it('settles while nothing is known, or feeds are being read that nobody has asked about lately', () => {
    expect(settles(null)).toBe(true);
    expect(settles(protection('STALE', 'LOADING'))).toBe(true);
    expect(settles(protection(), {}, { state: 'LOADING' })).toBe(true);
    expect(settles(protection(), { state: 'STALE' })).toBe(true);
  });

  it('has settled where all is well, and where something is wrong', () => {
    expect(settles(protection('FAILED'))).toBe(false);
    expect(settles(protection(), {}, { state: 'DISABLED' })).toBe(false);
    expect(settles(protection('STALE'), { state: 'STALE', reason: 'TIMEOUT' })).toBe(false);
  });
});
