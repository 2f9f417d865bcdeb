import { ApiProblem } from '@/platform/problem/api-problem.js';
import type { CollectionAnswer, FeedProblem, Freshness } from '@/model/collection.js';
import type { Completeness } from './completeness.js';

type Headers = Readonly<Record<string, string>>;

/** Refuses an answer for which there is nothing at all. `retryAfter` makes the headers that tell when to ask again. */
export function assertAvailable(
  answer: CollectionAnswer,
  freshness: Freshness,
  retryAfter: (problems: readonly FeedProblem[]) => Headers,
): void {
  if (answer.feeds.length === 0 || answer.feeds.some(({ snapshot }) => snapshot !== null)) return;
  const problems = answer.feeds.flatMap(({ problem }) => problem ?? []);
  throw nothingAtAll(problems, freshness, retryAfter(problems));
}

/** Refuses a partial answer, for a caller who would rather have none. */
export function assertComplete({ problems }: Completeness): void {
  if (problems.length === 0) return;
  const names = problems.map(({ feed }) => feed).join(', ');
  throw new ApiProblem('incomplete-answer', `Missing, stale or truncated: ${names}.`, { problems });
}

function nothingAtAll(problems: readonly FeedProblem[], freshness: Freshness, headers: Headers): ApiProblem {
  if (freshness.onlyIfCached) {
    return new ApiProblem('nothing-cached', 'No feed in scope has a snapshot.', { problems });
  }
  const timedOut = problems.every(({ reason }) => reason === 'TIMEOUT');
  const detail = timedOut ? 'No feed in scope could be read in time.' : 'No feed in scope could be read.';
  return new ApiProblem('no-source-available', detail, { problems, status: timedOut ? 504 : 503, headers });
}
