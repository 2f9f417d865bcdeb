import type { CollectionAnswer, FeedProblem, Freshness, SourceStatus } from '@/model/collection.js';
import { allFeedsName } from '@/model/feed.js';
import { ApiProblem } from '@/platform/problem/api-problem.js';
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

/**
 * `Retry-After` of an answer that these feeds are missing from: when the first of them is tried again, in seconds. No header
 * where that is not known, as each request tries anew.
 */
export function retryAfter(
  problems: readonly FeedProblem[],
  sources: readonly SourceStatus[],
  nowMs: number,
): Readonly<Record<string, string>> {
  const times = problems.map(({ feed }) => nextAttemptMs(feed, sources));
  const first = Math.min(...times.map((time) => time ?? Infinity));
  if (first === Infinity) return {};
  return { 'retry-after': String(Math.max(1, Math.ceil((first - nowMs) / 1000))) };
}

function nextAttemptMs(feed: string, sources: readonly SourceStatus[]): number | null {
  const source = sources.find(
    ({ id, feeds }) => feed === allFeedsName(id) || feeds.some((each) => each.feed === feed),
  );
  if (source === undefined) return null;
  const own = source.feeds.find((each) => each.feed === feed)?.circuit.nextProbeTimeMs ?? null;
  const whole = source.circuit.nextProbeTimeMs;
  return own === null || whole === null ? (own ?? whole) : Math.max(own, whole);
}
