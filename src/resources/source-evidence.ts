import type { FeedAnswer } from '@/model/collection.js';
import type { FeedEvidence } from './evidence.js';
import type { Resource } from './resource.js';

/** How far the feeds of a source can be relied on. */
export class SourceEvidence {
  readonly #all: FeedEvidence[] = [];
  readonly #byCluster = new Map<string, FeedEvidence[]>();

  constructor(feeds: readonly FeedAnswer[], past: { readonly atMs: number } | null) {
    for (const answer of feeds) {
      const evidence = evidenceOf(answer, past);
      this.#all.push(evidence);
      const cluster = answer.snapshot?.feed.cluster ?? null;
      if (cluster !== null) this.#byCluster.set(cluster.id, [evidence]);
    }
  }

  /** Those that would carry tasks of the resource: the feed of its cluster where there is one, else all of the source. */
  of({ cluster, resourceId }: Resource): readonly FeedEvidence[] {
    if (this.#byCluster.size === 0) return this.#all;
    return this.#byCluster.get(cluster?.id ?? resourceId ?? '') ?? this.#all;
  }
}

function evidenceOf(
  { feed, snapshot, problem }: FeedAnswer,
  past: { readonly atMs: number } | null,
): FeedEvidence {
  const isCurrent = problem === null || problem.state === 'TRUNCATED';
  // What was read after a past moment tells of it all that there is to tell.
  const isReadSince = past !== null && snapshot !== null && snapshot.fetchTimeMs >= past.atMs;
  return {
    feed,
    fetchTimeMs: snapshot?.fetchTimeMs ?? null,
    coveredSinceMs: coveredSinceMs(snapshot?.coveredSince ?? null),
    isCurrent: isCurrent || isReadSince,
    isComplete: problem === null,
  };
}

/** A feed that is read whole says so by a time long before any task. */
function coveredSinceMs(coveredSince: string | null): number | null {
  if (coveredSince === null) return null;
  const sinceMs = Date.parse(coveredSince);
  return sinceMs <= 0 ? -Infinity : sinceMs;
}
