import type { CollectionAnswer, FeedProblem } from '@/model/collection.js';
import { feedProblemBody, isUnreachable } from '@/platform/problem/feed-problem.js';
import type { CompletenessDto } from './completeness.dto.js';
import { COVERED_SINCE_EVER } from '@/model/provider.js';

/** How far an answer can be relied on. */
export interface Completeness {
  readonly complete: boolean;
  readonly completeSince: string | null;
  /** One entry a feed, sorted by feed. */
  readonly problems: readonly FeedProblem[];
  /** Names of the feeds whose current state could not be had, sorted. */
  readonly unreachable: readonly string[];
}

/**
 * Sums up the feeds of an answer. `earlier` are feeds that were unreachable on a former page of the same
 * walk: the walk as a whole stays incomplete, even if they are back.
 */
export function completenessOf(answer: CollectionAnswer, earlier: readonly FeedProblem[]): Completeness {
  const problems = new Map(earlier.map((problem) => [problem.feed, problem]));
  const current = [...answer.feeds.map(({ problem }) => problem), ...(answer.inventoryProblems ?? [])];
  for (const problem of current) {
    if (problem !== null && (isUnreachable(problem) || !problems.has(problem.feed))) {
      problems.set(problem.feed, problem);
    }
  }
  const sorted = [...problems.values()].sort((a, b) => (a.feed < b.feed ? -1 : 1));
  return {
    complete: sorted.length === 0,
    completeSince: completeSince(answer),
    problems: sorted,
    unreachable: sorted.filter(isUnreachable).map(({ feed }) => feed),
  };
}

/** How far an answer can be relied on, as the contract shows it: the end of every answer that is made from feeds. */
export function completenessBody({ complete, completeSince, problems, unreachable }: Completeness): {
  readonly unreachable: string[];
  readonly completeness: CompletenessDto;
} {
  const shown = problems.map((problem) => ({ ...feedProblemBody(problem) }));
  return { unreachable: [...unreachable], completeness: { complete, completeSince, problems: shown } };
}

function completeSince({ feeds }: CollectionAnswer): string | null {
  let latest = COVERED_SINCE_EVER;
  for (const { snapshot } of feeds) {
    const since = snapshot?.coveredSince ?? null;
    if (since === null) return null;
    if (since > latest) latest = since;
  }
  return latest;
}
