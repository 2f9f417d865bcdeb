import type { Feed } from '@/model/feed.js';
import type { SummaryQuery } from '@/model/summary.js';
import { runCooperatively, type Steps } from '@/scheduling/cooperative.js';
import type { FeedIndex } from '../feed-index.js';
import type { Calendar } from './calendar.js';
import { GroupTable, type Group } from './group-table.js';
import { identify, NewestNames } from './identity.js';
import { summaryColumns, type KeyColumn, type SummaryColumns } from './summary-columns.js';

/** What one feed adds to a summary. */
export interface FeedSummary {
  readonly groups: readonly Group[];
  /** In seconds, of all tasks that have one: those of the first group, then those of the second, and so on. */
  readonly durations: Float64Array;
  /** Of its resources and clusters, where tasks are grouped by them. */
  readonly names: NewestNames;
}

/** Which of a feed's rows are summed up, and how. */
export interface FeedQuestion extends Pick<SummaryQuery, 'groupBy' | 'bucketing'> {
  readonly feed: Feed;
  /** Ascending; null: all rows. */
  readonly positions: Uint32Array | null;
  /** Of the bucketing; null where there is none. */
  readonly calendar: Calendar | null;
}

/** Sums up rows of one feed, in steps. Costs some tens of nanoseconds a row. */
export async function summariseFeed(index: FeedIndex, question: FeedQuestion): Promise<FeedSummary> {
  const columns = await summaryColumns(index, question.feed, question);
  return runCooperatively(summarise(index, question, columns));
}

/** What a group and its key take in memory, about. */
const GROUP_BYTES = 400;
const NAME_BYTES = 300;

/** What a feed's summary takes in memory, about. */
export function bytesOf({ groups, durations, names }: FeedSummary): number {
  return durations.byteLength + groups.length * GROUP_BYTES + names.size * NAME_BYTES;
}

/** So few rows take no longer than a step, even if each is in a bucket that the calendar does not know. */
const ROWS_A_STEP = 64;

function* summarise(
  index: FeedIndex,
  { positions, calendar, feed }: FeedQuestion,
  columns: SummaryColumns,
): Steps<FeedSummary> {
  const table = new GroupTable(columns, { calendar, source: feed.source });
  const names = new NamesInFeed(index, columns, feed.source);
  const length = positions?.length ?? index.rows.length;
  for (let rank = 0; rank < length; rank += 1) {
    const position = positions === null ? rank : positions[rank]!;
    table.add(position);
    names.add(position);
    if (rank % ROWS_A_STEP === 0) yield;
  }
  return { ...table.finish(), names: names.newest };
}

/** The names of resources and clusters, of rows in the usual order: the first row with a value is its newest. */
class NamesInFeed {
  readonly newest = new NewestNames();
  readonly #named: readonly (KeyColumn & { readonly seen: Uint8Array })[];

  constructor(
    private readonly index: FeedIndex,
    private readonly columns: SummaryColumns,
    private readonly source: string,
  ) {
    this.#named = columns.keys
      .filter(({ field }) => field === 'resource' || field === 'cluster')
      .map((key) => ({ ...key, seen: new Uint8Array(key.values.length) }));
  }

  add(position: number): void {
    for (const { field, codes, values, seen } of this.#named) {
      const code = codes?.[position] ?? 0;
      if (seen[code] === 1) continue;
      seen[code] = 1;
      const { identity, name } = identify(field, values[code] ?? null, this.source);
      if (identity === null || name === null) continue;
      const createdMs = this.columns.createTimes[position]!;
      this.newest.add(identity, { name, createdMs, taskId: this.index.rows[position]!.task.id });
    }
  }
}
