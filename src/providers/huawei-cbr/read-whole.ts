import type { ReadContext, ReadFeed } from '@/model/provider.js';
import { filterInSteps, runCooperatively } from '@/scheduling/cooperative.js';
import { coverageOf, coveredByOrder } from '@/upstream/paging/coverage.js';
import { normaliseRows } from '@/upstream/records/normalised-rows.js';
import type { Bookmark } from './bookmark.js';
import { knownRows, sideOf } from './known-rows.js';
import { normalise } from './normalise.js';
import type { OperationLog, WalkedLog } from './operation-log.js';
import type { RowOrigin } from './span-reader.js';

/** What a whole read needs to know besides the log. */
export interface WholeRead {
  readonly origin: RowOrigin;
  readonly context: Pick<ReadContext, 'previous' | 'known'>;
  readonly windowStartMs: number;
  /** Since when the whole window is covered. */
  readonly windowCoveredSince: string;
}

/** A feed as read whole, without a bookmark, and how it was read. */
export interface ReadWhole {
  readonly read: ReadFeed;
  readonly walked: WalkedLog;
}

/** Reads the operation logs of the window. Throws `UpstreamError`. */
export async function readWhole(
  log: OperationLog,
  { origin, context, ...window }: WholeRead,
): Promise<ReadWhole> {
  const walked = await log.walk({ startMs: window.windowStartMs });
  const { lacksRows, ...normalised } = await normaliseRows(walked.rows, {
    normalise: (record, drift) => normalise(record, { ...origin, drift }),
    context,
  });
  const { truncated } = walked;
  const since = window.windowCoveredSince;
  const coveredSince = truncated ? later(coveredByOrder(normalised.rows), since) : since;
  const coverage = coverageOf({ lacksRows, truncated, coveredSince });
  return { read: { outcome: 'read', ...normalised, ...coverage, bookmark: null }, walked };
}

type WalkFacts = Pick<Bookmark, 'wholeCalls' | 'largestPage' | 'hasTotal' | 'rows'>;

/** What the walk tells the reads that build on it; null where none can. */
export async function walkFacts(
  { read, walked }: ReadWhole,
  windowStartMs: number,
): Promise<WalkFacts | null> {
  const known = await runCooperatively(knownRows(read.rows));
  if (known === null || walked.truncated || walked.rows.length !== read.rows.length) return null;
  // Records from before the window: the upstream does not filter.
  const early = filterInSteps(known.values(), (one) => sideOf(one, windowStartMs) === 'before');
  if ((await runCooperatively(early)).length > 0) return null;
  const { calls, largestPage } = walked;
  return {
    rows: known.size,
    wholeCalls: calls,
    largestPage,
    hasTotal: countsAll(walked),
  };
}

/**
 * Whether the counts are of all records: none is of a page, and as many as were read lie between them (records may
 * come and go during the walk).
 */
function countsAll({ counts, largestPage, rows }: WalkedLog): boolean {
  const told = counts.filter((count) => count !== null);
  if (told.length < counts.length || told.some((count) => count <= largestPage)) return false;
  // One by one: there may be more pages than a call takes arguments.
  return told.some((count) => count <= rows.length) && told.some((count) => count >= rows.length);
}

function later(a: string | null, b: string): string | null {
  return a !== null && a < b ? b : a;
}
