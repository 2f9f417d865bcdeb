import type { ReadFeed } from '@/model/provider.js';
import type { TaskRow } from '@/model/task.js';

/**
 * From when on the tasks of a list that was cut off are all there: where they came newest first, that is the
 * creation of the oldest one that is younger than the last, as a task left out may be as old as the last. Null
 * where the order vouches for nothing. No upstream documents its order.
 */
export function coveredByOrder(rows: readonly TaskRow[]): string | null {
  const times = rows.map(({ task }) => task.createTime);
  const isNewestFirst = times.every((time, i) => time !== null && time <= (times[i - 1] ?? time));
  const last = times.at(-1) ?? null;
  if (!isNewestFirst || last === null) return null;
  return times.findLast((time) => time !== null && time > last) ?? null;
}

/** What is known of a list's wholeness. */
interface Wholeness {
  readonly lacksRows: boolean;
  readonly truncated: boolean;
  /** Since when the list holds all rows, but for those that had to be left out. */
  readonly coveredSince: string | null;
}

/** What keeps a list from being whole. When rows were created that nothing identifies, nobody knows. */
export function coverageOf({
  lacksRows,
  truncated,
  coveredSince,
}: Wholeness): Pick<ReadFeed, 'truncation' | 'coveredSince'> {
  if (lacksRows) return { truncation: 'MALFORMED', coveredSince: null };
  return { truncation: truncated ? 'LIMIT' : null, coveredSince };
}
