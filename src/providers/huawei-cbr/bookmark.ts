import type { PreviousRead } from '@/model/provider.js';
import { runCooperatively } from '@/scheduling/cooperative.js';
import { rawObject } from '@/upstream/records/raw.js';
import { knownRows, type KnownRows } from './known-rows.js';

const MINUTE_MS = 60_000;

/** When a feed is read by what is new. */
export interface IncrementPolicy {
  /** Feeds up to this size are read whole every time. */
  readonly aboveRows: number;
  /** How far before the newest known record records may still turn up. */
  readonly overlapMs: number;
  /** The longest between two whole reads where a total vouches for the rows between them. */
  readonly wholeAfterMs: number;
  /** The longest between two whole reads where removals cannot be noticed between them. */
  readonly wholeAfterWithoutTotalMs: number;
  /** The most records that are asked for by their ids in one read. */
  readonly mostShown: number;
  /** How long what the upstream did not honour (its filter, or the call for one record) is not tried again. */
  readonly pauseMs: number;
}

export const INCREMENT_POLICY: IncrementPolicy = {
  aboveRows: 1000,
  overlapMs: 10 * MINUTE_MS,
  wholeAfterMs: 15 * MINUTE_MS,
  wholeAfterWithoutTotalMs: 5 * MINUTE_MS,
  mostShown: 8,
  pauseMs: 60 * MINUTE_MS,
};

/** What a read leaves for the next one. All times are epoch milliseconds of the gateway's clock. */
export interface Bookmark {
  readonly version: 2;
  /** When the newest whole read began. */
  readonly wholeMs: number;
  /** When this read began. */
  readonly readMs: number;
  /** Rows of this read. */
  readonly rows: number;
  /** Calls of the newest whole read. */
  readonly wholeCalls: number;
  /** Records on the largest page of the newest whole read. */
  readonly largestPage: number;
  /** Whether the upstream's `count` proved to be that of all records. */
  readonly hasTotal: boolean;
  /** No incremental read before. */
  readonly incrementNotBeforeMs: number;
  /** No record is asked for by its id before. */
  readonly showNotBeforeMs: number;
}

/** The previous read, fit to be built on. */
export interface PreviousState extends Pick<PreviousRead, 'drift' | 'driftExamples'> {
  readonly bookmark: Bookmark;
  readonly rows: KnownRows;
}

const TYPES: Readonly<Record<keyof Bookmark, string>> = {
  version: 'number',
  wholeMs: 'number',
  readMs: 'number',
  rows: 'number',
  wholeCalls: 'number',
  largestPage: 'number',
  hasTotal: 'boolean',
  incrementNotBeforeMs: 'number',
  showNotBeforeMs: 'number',
};

/** Clocks of replicas may differ by so much. */
const CLOCK_SKEW_MS = 60_000;

/** The bookmark; null when it is of another shape. */
export function parseBookmark(value: unknown): Bookmark | null {
  if (rawObject(value) === null) return null;
  const fields = value as Record<string, unknown>;
  const isWellFormed = Object.entries(TYPES).every(([name, type]) => typeof fields[name] === type);
  if (!isWellFormed || fields.version !== 2) return null;
  const bookmark = value as Bookmark;
  return bookmark.largestPage > 0 ? bookmark : null;
}

/** The previous read, if an incremental one can build on it; null where the feed must be read whole. */
export async function previousState(
  previous: PreviousRead | null,
  nowMs: number,
  policy: IncrementPolicy,
): Promise<PreviousState | null> {
  const bookmark = parseBookmark(previous?.bookmark);
  if (previous === null || bookmark === null || previous.truncation !== null) return null;
  if (bookmark.rows !== previous.rows.length || !isCurrent(bookmark, nowMs, policy)) return null;
  const rows = await runCooperatively(knownRows(previous.rows));
  const { drift, driftExamples } = previous;
  return rows === null ? null : { bookmark, rows, drift, driftExamples };
}

function isCurrent(
  { wholeMs, readMs, ...bookmark }: Bookmark,
  nowMs: number,
  policy: IncrementPolicy,
): boolean {
  const longestMs = bookmark.hasTotal ? policy.wholeAfterMs : policy.wholeAfterWithoutTotalMs;
  if (Math.max(wholeMs, readMs) > nowMs + CLOCK_SKEW_MS || nowMs - wholeMs >= longestMs) return false;
  return nowMs >= bookmark.incrementNotBeforeMs;
}
