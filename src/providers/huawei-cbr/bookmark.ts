import { DRIFT_KINDS, type DriftCounts } from '@/model/drift.js';
import type { PreviousRead } from '@/model/provider.js';
import { Slices } from '@/model/slices.js';
import { rawObject } from '@/upstream/raw.js';
import type { IncrementPolicy } from './increment-policy.js';
import { knownRows, type KnownRows } from './known-rows.js';

/** What a read leaves for the next one. All times are epoch milliseconds of the gateway's clock. */
export interface Bookmark {
  readonly version: 1;
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
  /** Drift of all rows. */
  readonly drift: DriftCounts;
}

/** The previous read, fit to be built on. */
export interface Base {
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
  drift: 'object',
};

/** Clocks of replicas may differ by so much. */
const CLOCK_SKEW_MS = 60_000;

/** The bookmark; null when it is of another shape. */
export function parseBookmark(value: unknown): Bookmark | null {
  if (rawObject(value) === null) return null;
  const fields = value as Record<string, unknown>;
  const isWellFormed = Object.entries(TYPES).every(([name, type]) => typeof fields[name] === type);
  if (!isWellFormed || fields.version !== 1 || !isDrift(fields.drift)) return null;
  const bookmark = value as Bookmark;
  return bookmark.largestPage > 0 ? bookmark : null;
}

function isDrift(value: unknown): boolean {
  if (rawObject(value) === null) return false;
  const kinds: readonly string[] = DRIFT_KINDS;
  return Object.entries(value as object).every(
    ([kind, count]) => kinds.includes(kind) && typeof count === 'number',
  );
}

/** The previous read as a base for an incremental one; null where the feed must be read whole. */
export async function baseOf(
  previous: PreviousRead | null,
  nowMs: number,
  policy: IncrementPolicy,
): Promise<Base | null> {
  const bookmark = parseBookmark(previous?.bookmark);
  if (previous === null || bookmark === null || previous.truncated) return null;
  if (bookmark.rows !== previous.rows.length || !isCurrent(bookmark, nowMs, policy)) return null;
  const rows = await new Slices().run(knownRows(previous.rows));
  return rows === null ? null : { bookmark, rows };
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
