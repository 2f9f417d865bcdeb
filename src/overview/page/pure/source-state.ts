import type { Feed, Protection, Source, SourceList } from './api-types.js';

/** A source as one: the worst of its feeds. */
export interface SourceState {
  /** The state of the worst feed; `DISABLED` where none is enabled. */
  readonly word: string;
  /** Of the oldest snapshot; null where no feed has one. */
  readonly ageSeconds: number | null;
  /** Over all feeds; null where no feed has a snapshot. */
  readonly taskCount: number | null;
  readonly disabledCount: number;
}

const WORST_FIRST = ['FAILED', 'STALE', 'TRUNCATED', 'LOADING', 'FRESH', 'DISABLED'];

/** Adds the feeds of a source up. A state that the page does not know counts as the worst. */
export function sourceState({ feeds }: Source): SourceState {
  const states = feeds
    .map(({ state }) => state)
    .sort((a, b) => WORST_FIRST.indexOf(a) - WORST_FIRST.indexOf(b));
  const ages = feeds.flatMap(({ ageSeconds }) => ageSeconds ?? []);
  const counts = feeds.flatMap(({ taskCount }) => taskCount ?? []);
  return {
    word: states[0] ?? 'LOADING',
    ageSeconds: ages.length === 0 ? null : Math.max(...ages),
    taskCount: counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0),
    disabledCount: states.filter((state) => state === 'DISABLED').length,
  };
}

/** The feeds with which something is wrong, the worst first. */
export function troubledFeeds({ feeds }: Source): Feed[] {
  return feeds
    .filter(({ state }) => state !== 'FRESH' && state !== 'DISABLED')
    .sort((a, b) => WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state));
}

/**
 * True while what the page shows will soon be another: nothing is known yet, or feeds are being read for the first time, or for
 * the first time after a while in which nobody asked.
 */
export function isSettling(protection: Protection | null, sources: SourceList | null): boolean {
  if (protection === null) return true;
  const isLoading = protection.completeness.problems.some(({ state }) => state === 'LOADING');
  const feeds = sources?.sources.flatMap((source) => source.feeds) ?? [];
  return isLoading || feeds.some(isBeingRead);
}

function isBeingRead({ state, reason }: Feed): boolean {
  return state === 'LOADING' || (state === 'STALE' && reason === null);
}
