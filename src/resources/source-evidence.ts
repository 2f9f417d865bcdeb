import type { FeedAnswer } from '@/model/collection.js';
import { keyOfFeed } from '@/model/feed.js';
import type { FeedEvidence } from './evidence.js';
import type { Resource } from './resource.js';

/** What became of the feeds at a place: nothing; they were read again, and are as whole as before; anything else. */
export type EvidenceChange = 'NONE' | 'READ_AGAIN' | 'OTHER';

/** The place of all feeds that answers are made of. Each feed has a place of its own, too, from 1 on. */
const ALL = 0;

/** How far the feeds of a source can be relied on. */
export class SourceEvidence {
  /** By place. */
  readonly #places: readonly (readonly FeedEvidence[])[];
  /** By the key of the feed, which is the cluster's id where a feed belongs to a cluster. */
  readonly #placeOfKey = new Map<string, number>();

  /** `disabled` names the feeds that are no part of answers, as they are not enabled at the upstream. */
  constructor(
    feeds: readonly FeedAnswer[],
    disabled: readonly string[],
    past: { readonly atMs: number } | null,
  ) {
    const all = feeds.map((answer) => evidenceOf(answer, past));
    const each = [...all, ...disabled.map(evidenceOfDisabled)];
    this.#places = [all, ...each.map((evidence) => [evidence])];
    // Of most feeds the key is at hand: to take it from the name takes longer, and there may be hundreds.
    const keys = [
      ...feeds.map(({ feed, snapshot }) => snapshot?.feed.key ?? keyOfFeed(feed)),
      ...disabled.map(keyOfFeed),
    ];
    for (const [index, key] of keys.entries()) {
      if (key !== null && !this.#placeOfKey.has(key)) this.#placeOfKey.set(key, index + 1);
    }
  }

  /** Where the feeds are that would carry tasks of the resource: that of its cluster, read or not, else all of the source. */
  placeOf({ cluster, resourceId }: Resource): number {
    return this.#placeOfKey.get(cluster?.id ?? resourceId ?? '') ?? ALL;
  }

  at(place: number): readonly FeedEvidence[] {
    return this.#places[place] ?? [];
  }

  /** What became of the feeds at each place since an earlier time; null where these are other feeds. */
  changesSince(before: SourceEvidence): readonly EvidenceChange[] | null {
    const keys = [...this.#placeOfKey];
    const isSame =
      this.#places.length === before.#places.length &&
      keys.length === before.#placeOfKey.size &&
      keys.every(([key, place]) => before.#placeOfKey.get(key) === place);
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
    coveredSinceMs: coveredSinceMs(snapshot),
    isCurrent: isCurrent || isReadSince,
    state: problem?.state ?? 'FRESH',
  };
}

/** It was never read, and lacks nothing: there can be no task. */
function evidenceOfDisabled(feed: string): FeedEvidence {
  return { feed, fetchTimeMs: null, coveredSinceMs: -Infinity, isCurrent: true, state: 'DISABLED' };
}

/** A feed that is read whole says so by a time long before any task. */
function coveredSinceMs(snapshot: FeedAnswer['snapshot']): number | null {
  const coveredSince = snapshot?.coveredSince ?? null;
  if (coveredSince === null) return null;
  const sinceMs = Date.parse(coveredSince);
  return sinceMs <= 0 ? -Infinity : sinceMs;
}
