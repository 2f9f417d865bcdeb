import { filterInSteps, type Steps } from '@/scheduling/cooperative.js';
import { sortInSteps } from '@/scheduling/sort-in-steps.js';
import { isTerminal } from '@/model/task.js';
import type { PreviousState, Bookmark, IncrementPolicy } from './bookmark.js';
import { floorSecond, RESOLUTION_MS, sideOf, type KnownRow } from './known-rows.js';

/** What an incremental read asks for. */
export interface IncrementPlan {
  /** All records from this second on are listed. */
  readonly startMs: number;
  /** Older records that may have changed; each is asked for by its id. */
  readonly shown: readonly KnownRow[];
}

interface Moment {
  readonly nowMs: number;
  readonly windowStartMs: number;
}

/** The plan that takes the fewest calls; null when a whole read takes no more. */
export function* planIncrement(
  previous: PreviousState,
  moment: Moment,
  policy: IncrementPolicy,
): Steps<IncrementPlan | null> {
  const { bookmark } = previous;
  const rows = [...previous.rows.values()];
  yield;
  const newsMs = newsStart(rows, Math.min(bookmark.readMs, moment.nowMs)) - policy.overlapMs;
  const mayChange = (known: KnownRow): boolean =>
    !isTerminal(known.row.task.status) && sideOf(known, moment.windowStartMs) !== 'before';
  const changing = yield* filterInSteps(rows, mayChange);
  const active = yield* sortInSteps(changing, (a, b) => a.earliestMs - b.earliestMs);
  const mostShown = moment.nowMs < bookmark.showNotBeforeMs ? 0 : Math.min(policy.mostShown, active.length);
  let best: IncrementPlan | null = null;
  let fewest = bookmark.wholeCalls;
  for (let count = 0; count <= mostShown; count += 1) {
    const startMs = floorSecond(Math.min(newsMs, listedFrom(active[count])));
    const calls = count + callsToList(rows, startMs, bookmark);
    yield;
    if (startMs > moment.windowStartMs && calls < fewest) {
      best = { startMs, shown: active.slice(0, count) };
      fewest = calls;
    }
  }
  return best;
}

/** The newest record by the upstream's clock, or the previous read by ours where that was earlier. */
function newsStart(rows: readonly KnownRow[], readMs: number): number {
  const newestMs = rows.reduce(
    (newest, { earliestMs }) => Math.max(newest, earliestMs),
    Number.NEGATIVE_INFINITY,
  );
  return Math.min(newestMs, readMs);
}

/** So far before the record that a list from there on must hold it. */
function listedFrom(oldest: KnownRow | undefined): number {
  return oldest === undefined ? Number.POSITIVE_INFINITY : oldest.earliestMs - RESOLUTION_MS;
}

/** One more call ends a list, and one asks for the total; with a total, a page that is not full needs no other. */
function callsToList(
  rows: readonly KnownRow[],
  startMs: number,
  { largestPage, hasTotal }: Bookmark,
): number {
  const listed = rows.filter((known) => sideOf(known, startMs) !== 'before').length;
  const isOnePage = hasTotal && listed < largestPage;
  return isOnePage ? 2 : Math.ceil(listed / largestPage) + 1 + (hasTotal ? 1 : 0);
}
