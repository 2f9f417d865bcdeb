import type { PreviousRead } from '@/model/provider.js';
import { runCooperatively } from '@/scheduling/cooperative.js';
import { rawObject } from '@/upstream/records/raw.js';
import type { IncrementPolicy } from './increment-policy.js';
import { knownRows, type KnownRows } from './known-rows.js';

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
export interface Base extends Pick<PreviousRead, 'drift' | 'driftExamples'> {
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

/** The previous read as a base for an incremental one; null where the feed must be read whole. */
export async function baseOf(
  previous: PreviousRead | null,
  nowMs: number,
  policy: IncrementPolicy,
): Promise<Base | null> {
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
