import type { FailureReason } from '@/model/failure.js';
import { allFeedsName } from '@/model/feed.js';

/** The states of a feed whose current state could not be had, from the gravest to the least. */
const STATES = ['FAILED', 'LOADING', 'STALE'] as const;
export type MissingState = (typeof STATES)[number];

/** A feed that was unreachable on some page of a walk. */
export interface MissingFeed {
  /** A feed's name, or a wildcard (`sources/{source}/feeds/-`, `sources/-/feeds/-`) for at least one of its feeds. */
  readonly feed: string;
  readonly state: MissingState;
  readonly reason: FailureReason | null;
  /** What a page token knows of a feed that cannot be named here; handed on, it may be named by another replica. */
  readonly mark?: number;
}

/** Some feed, but it cannot be said which. */
export const ANY_FEED = allFeedsName('-');

/** The feeds missing on this page together with those of the walk's earlier pages; of a feed in both, its state now. */
export function joinMissingFeeds(
  earlier: readonly MissingFeed[],
  now: readonly MissingFeed[],
): MissingFeed[] {
  return [
    ...new Map([...earlier, ...now].map((missing) => [missing.mark ?? missing.feed, missing])).values(),
  ];
}

/** One entry for both: the graver state, and the reason where they agree on one. */
export function mergeMissingFeeds(a: MissingFeed, b: MissingFeed): MissingFeed {
  const aIsGraver = STATES.indexOf(a.state) < STATES.indexOf(b.state);
  return { ...a, state: aIsGraver ? a.state : b.state, reason: a.reason === b.reason ? a.reason : null };
}

/** The same, said of the feed's source as a whole. */
export function widenToSource({ feed, state, reason }: MissingFeed): MissingFeed {
  const [, source = '-'] = feed.split('/');
  return { feed: allFeedsName(source), state, reason };
}

/** The same, said of no feed in particular. */
export function widenToAny({ state, reason }: MissingFeed): MissingFeed {
  return { feed: ANY_FEED, state, reason };
}
