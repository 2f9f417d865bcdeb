import type { FeedAnswer } from '@/model/collection.js';
import type { FeedEvidence } from './evidence.js';
import type { Resource } from './resource.js';

/** What became of the feeds at a place: nothing; they were read again, and are as whole as before; anything else. */
export type EvidenceChange = 'NONE' | 'READ_AGAIN' | 'OTHER';

/** The place of all feeds of a source. Each feed has a place of its own, too, from 1 on. */
const ALL = 0;

/** How far the feeds of a source can be relied on. */
export class SourceEvidence {
  /** By place. */
  readonly #places: readonly (readonly FeedEvidence[])[];
  readonly #placeOfCluster = new Map<string, number>();

  constructor(feeds: readonly FeedAnswer[], past: { readonly atMs: number } | null) {
    const all = feeds.map((answer) => evidenceOf(answer, past));
    this.#places = [all, ...all.map((evidence) => [evidence])];
    for (const [index, { snapshot }] of feeds.entries()) {
      const cluster = snapshot?.feed.cluster ?? null;
      if (cluster !== null) this.#placeOfCluster.set(cluster.id, index + 1);
    }
  }

  /** Where the feeds are that would carry tasks of the resource: that of its cluster where there is one, else all of the source. */
  placeOf({ cluster, resourceId }: Resource): number {
    if (this.#placeOfCluster.size === 0) return ALL;
    return this.#placeOfCluster.get(cluster?.id ?? resourceId ?? '') ?? ALL;
  }

  at(place: number): readonly FeedEvidence[] {
    return this.#places[place] ?? [];
  }

  /** What became of the feeds at each place since an earlier time; null where these are other feeds. */
  changesSince(before: SourceEvidence): readonly EvidenceChange[] | null {
    const clusters = [...this.#placeOfCluster];
    const isSame =
      this.#places.length === before.#places.length &&
      clusters.length === before.#placeOfCluster.size &&
      clusters.every(([id, place]) => before.#placeOfCluster.get(id) === place);
    return isSame ? this.#places.map((now, place) => worst(now.map(changeSince(before.at(place))))) : null;
  }
}

function changeSince(feeds: readonly FeedEvidence[]): (now: FeedEvidence, index: number) => EvidenceChange {
  return (now, index) => {
    const before = feeds[index];
    if (
      before?.feed !== now.feed ||
      before.isCurrent !== now.isCurrent ||
      before.coveredSinceMs !== now.coveredSinceMs
    ) {
      return 'OTHER';
    }
    if (before.fetchTimeMs === now.fetchTimeMs) return 'NONE';
    const isLater = now.fetchTimeMs !== null && now.fetchTimeMs > (before.fetchTimeMs ?? Infinity);
    return isLater ? 'READ_AGAIN' : 'OTHER';
  };
}

function worst(changes: readonly EvidenceChange[]): EvidenceChange {
  if (changes.includes('OTHER')) return 'OTHER';
  return changes.includes('READ_AGAIN') ? 'READ_AGAIN' : 'NONE';
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
