import { createHash } from 'node:crypto';
import { FAILURE_REASONS, type FailureReason } from '@/model/failure.js';
import { allFeedsName, sourceOfFeed } from '@/model/feed.js';

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
function mergeMissingFeeds(a: MissingFeed, b: MissingFeed): MissingFeed {
  const aIsGraver = STATES.indexOf(a.state) < STATES.indexOf(b.state);
  return { ...a, state: aIsGraver ? a.state : b.state, reason: a.reason === b.reason ? a.reason : null };
}

/** The same, said of the feed's source as a whole. */
export function widenToSource({ feed, state, reason }: MissingFeed): MissingFeed {
  return { feed: allFeedsName(sourceOfFeed(feed) ?? '-'), state, reason };
}

/** The same, said of no feed in particular. */
export function widenToAny({ state, reason }: MissingFeed): MissingFeed {
  return { feed: ANY_FEED, state, reason };
}

/** Four bytes of the feed name's hash, one of state and reason. */
const MARK_BYTES = 5;

/** Their places are written into tokens: only ever append. The reasons' places are used the same way. */
const STATE_PLACES: readonly MissingState[] = ['LOADING', 'FAILED', 'STALE'];
const STATE_SHIFT = 5;
const REASON_MASK = 2 ** STATE_SHIFT - 1;

/**
 * Writes the feeds into at most `mostBytes` (5 or more), the same bytes for the same set. Where they do not
 * fit, whole sources are written instead, and where these do not fit either, that some feed was missing.
 */
export function packMissingFeeds(missing: readonly MissingFeed[], mostBytes: number): Buffer {
  const most = Math.floor(mostBytes / MARK_BYTES);
  let marked = byMark(missing);
  if (marked.size > most) marked = byMark(missing.map(widenToSource));
  if (marked.size > most) marked = byMark(missing.map(widenToAny));
  const marks = [...marked].sort(([a], [b]) => a - b);
  return Buffer.concat(marks.map(([mark, { state, reason }]) => packMark(mark, state, reason)));
}

/** Reads them back. A mark that stands for none of the known feeds, or for several, is reported as any feed. */
export function unpackMissingFeeds(bytes: Buffer, knownFeeds: Iterable<string>): MissingFeed[] {
  if (bytes.length === 0) return [];
  const names = namesByMark(knownFeeds);
  return Array.from({ length: bytes.length / MARK_BYTES }, (_, index) => {
    const mark = bytes.readUInt32BE(index * MARK_BYTES);
    const problem = unpackProblem(bytes.readUInt8(index * MARK_BYTES + 4));
    const feed = names.get(mark) ?? null;
    return feed === null ? { feed: ANY_FEED, ...problem, mark } : { feed, ...problem };
  });
}

function byMark(missing: readonly MissingFeed[]): Map<number, MissingFeed> {
  const marked = new Map<number, MissingFeed>();
  for (const one of missing) {
    const mark = one.mark ?? markOf(one.feed);
    const other = marked.get(mark);
    marked.set(mark, other === undefined ? one : mergeMissingFeeds(other, one));
  }
  return marked;
}

/** Null stands for a mark that several names share. */
function namesByMark(knownFeeds: Iterable<string>): Map<number, string | null> {
  const names = new Map<number, string | null>();
  for (const feed of new Set([ANY_FEED, ...knownFeeds])) {
    const mark = markOf(feed);
    names.set(mark, names.has(mark) ? null : feed);
  }
  return names;
}

function markOf(feed: string): number {
  return createHash('sha256').update(feed).digest().readUInt32BE();
}

function packMark(mark: number, state: MissingState, reason: FailureReason | null): Buffer {
  const bytes = Buffer.alloc(MARK_BYTES);
  bytes.writeUInt32BE(mark);
  const reasonPlace = reason === null ? 0 : FAILURE_REASONS.indexOf(reason) + 1;
  bytes.writeUInt8((STATE_PLACES.indexOf(state) << STATE_SHIFT) | reasonPlace, 4);
  return bytes;
}

function unpackProblem(packed: number): Pick<MissingFeed, 'state' | 'reason'> {
  return {
    state: STATE_PLACES[packed >> STATE_SHIFT] ?? 'FAILED',
    reason: FAILURE_REASONS[(packed & REASON_MASK) - 1] ?? null,
  };
}
