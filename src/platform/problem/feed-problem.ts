import type { FeedProblem, ProblemState } from '@/model/collection.js';
import { failureMessage, type FailureReason } from '@/model/failure.js';
import { isAllFeeds } from '@/model/feed.js';
import { formatTime } from '@/model/time.js';

/** A feed's problem as the contract shows it, in list answers and in error answers. */
export interface FeedProblemBody {
  readonly feed: string;
  readonly state: ProblemState;
  readonly reason: FailureReason | null;
  readonly message: string;
  readonly lastSuccessTime: string | null;
}

export function feedProblemBody({ feed, state, reason, lastSuccessTimeMs }: FeedProblem): FeedProblemBody {
  return {
    feed,
    state,
    reason,
    message: isAllFeeds(feed) ? listMessage(state, reason) : message(state, reason),
    lastSuccessTime: lastSuccessTimeMs === null ? null : formatTime(lastSuccessTimeMs),
  };
}

function message(state: ProblemState, reason: FailureReason | null): string {
  return reason === null ? WHAT[state] : `${WHAT[state]} ${messageOf(state, reason)}`;
}

/** For `feeds/-`, all feeds of a source: the list of its feeds could not be read, or only in part. */
function listMessage(state: ProblemState, reason: FailureReason | null): string {
  const cut = state === 'TRUNCATED' && reason !== null ? CUT_LISTS[reason] : undefined;
  return cut ?? message(state, reason);
}

const CUT_LISTS: Partial<Record<FailureReason, string>> = {
  LIMIT: 'The source has more clusters than discovery.maxClusters allows; the others are omitted.',
  MALFORMED: 'Some clusters of the source have no valid id; they are omitted.',
};

/** A truncated feed with the reason MALFORMED was read, except for some rows. */
function messageOf(state: ProblemState, reason: FailureReason): string {
  return state === 'TRUNCATED' && reason === 'MALFORMED' ? ROWS_LEFT_OUT : failureMessage(reason);
}

const ROWS_LEFT_OUT = 'Some records could not be identified and were omitted.';

/** A problem of a feed whose current state could not be read. */
export interface UnreachableFeed extends FeedProblem {
  readonly state: Exclude<ProblemState, 'TRUNCATED'>;
}

/** True if the feed's current state could not be read. A truncated feed is current, but not complete. */
export function isUnreachable(problem: FeedProblem): problem is UnreachableFeed {
  return problem.state !== 'TRUNCATED';
}

const WHAT: Record<ProblemState, string> = {
  LOADING: 'The feed has not been read yet.',
  FAILED: 'The feed could not be read.',
  STALE: 'An older snapshot of the feed is served.',
  TRUNCATED: 'The feed could be read only in part.',
};
