import { describe, expect, it } from 'vitest';
import type { Feed, Source } from './api-types.js';
import { sourceState, troubledFeeds } from './source-state.js';

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
