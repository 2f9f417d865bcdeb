import { filterInSteps, flatMapInSteps, indexInSteps, type Steps } from '@/scheduling/cooperative.js';
import type { TaskRow } from '@/model/task.js';
import { rawObject } from '@/upstream/records/raw.js';

/**
 * Between which two moments (epoch milliseconds) the time of a record lies that the upstream's filter compares:
 * `created_at` or `started_at`; it is not documented which.
 */
export interface FilterTime {
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** A task of a record that has an id and a time to find it by. */
export interface KnownRow extends FilterTime {
  readonly row: TaskRow;
  /** The record's own id. */
  readonly recordId: string;
}

/** By task id. */
export type KnownRows = ReadonlyMap<string, KnownRow>;

/** Where a record stands to a moment that the upstream filters by. */
export type Side = 'before' | 'unsure' | 'after';

/** Times are told, and asked by, in whole seconds: up to one second off, nothing is sure. */
export const RESOLUTION_MS = 1000;

/** The row with what an incremental read must know of it; null when its record has no id or no creation time. */
export function knownRow(row: TaskRow): KnownRow | null {
  const { createTime, startTime } = row.task;
  const { id } = (rawObject(row.raw) ?? {}) as { id?: unknown };
  if (typeof id !== 'string' || id === '' || createTime === null) return null;
  const createdMs = Date.parse(createTime);
  const startedMs = startTime === null ? createdMs : Date.parse(startTime);
  return {
    row,
    recordId: id,
    earliestMs: Math.min(createdMs, startedMs),
    latestMs: Math.max(createdMs, startedMs),
  };
}

/** The rows by task id; null when one of them cannot be known again, or two share an id. */
export function* knownRows(rows: readonly TaskRow[]): Steps<KnownRows | null> {
  const all = yield* flatMapInSteps(rows, (row) => knownRow(row) ?? []);
  const known = yield* indexInSteps(all, ({ row }) => row.task.id);
  return known.size === rows.length ? known : null;
}

/** The rows that are to be kept, in steps. */
export function* keepInSteps(
  rows: KnownRows,
  isKept: (known: KnownRow) => boolean,
): Steps<Map<string, KnownRow>> {
  const kept = yield* filterInSteps(rows.values(), isKept);
  return yield* indexInSteps(kept, ({ row }) => row.task.id);
}

export function sideOf({ earliestMs, latestMs }: FilterTime, momentMs: number): Side {
  if (latestMs < momentMs - RESOLUTION_MS) return 'before';
  return earliestMs >= momentMs + RESOLUTION_MS ? 'after' : 'unsure';
}

/** The second in which a moment lies. */
export function floorSecond(epochMs: number): number {
  return Math.floor(epochMs / 1000) * 1000;
}
