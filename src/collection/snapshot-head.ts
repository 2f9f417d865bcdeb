import { DRIFT_KINDS, type DriftCounts, type DriftExample, type DriftExamples } from '@/model/drift.js';
import type { ReadFeed } from '@/model/provider.js';
import { isEpochMs, parseTime } from '@/model/time.js';
import { TRUNCATIONS, type Truncation } from '@/model/truncation.js';

/** Everything of a snapshot but its rows, as the store keeps it. */
export interface SnapshotHead extends Omit<ReadFeed, 'outcome' | 'rows'> {
  /** When the read ended, epoch milliseconds. */
  readonly fetchTimeMs: number;
}

export function snapshotHead(read: ReadFeed, fetchTimeMs: number): SnapshotHead {
  const { truncation, coveredSince, drift, driftExamples, bookmark } = read;
  return { fetchTimeMs, truncation, coveredSince, drift, driftExamples, bookmark };
}

/** null for anything that is no head of a snapshot. */
export function parseSnapshotHead(head: unknown): SnapshotHead | null {
  if (typeof head !== 'object' || head === null) return null;
  const { fetchTimeMs, coveredSince, drift, driftExamples, bookmark } = head as Record<string, unknown>;
  const truncation = parseTruncation(head);
  if (!isEpochMs(fetchTimeMs) || truncation === undefined) return null;
  if (coveredSince !== null && !isTime(coveredSince)) return null;
  return {
    fetchTimeMs,
    truncation,
    coveredSince,
    drift: parseDrift(drift),
    driftExamples: parseExamples(driftExamples),
    bookmark,
  };
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 40 && parseTime(value) !== null;
}

/** What keeps a kept list from being whole; undefined where it is not told. Once it was told as `truncated` alone. */
export function parseTruncation(head: object): Truncation | null | undefined {
  const { truncation, truncated } = head as { truncation?: unknown; truncated?: unknown };
  if (typeof truncated === 'boolean') return truncated ? 'LIMIT' : null;
  return truncation === null ? null : TRUNCATIONS.find((one) => one === truncation);
}

/** Of anything that is no count of a known kind, nothing. */
export function parseDrift(drift: unknown): DriftCounts {
  const counts = (drift ?? {}) as Record<string, unknown>;
  const known = DRIFT_KINDS.filter((kind) => Number.isFinite(counts[kind]));
  return Object.fromEntries(known.map((kind) => [kind, counts[kind] as number]));
}

/** Earlier heads have none. */
export function parseExamples(examples: unknown): DriftExamples {
  const found = (examples ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    DRIFT_KINDS.flatMap((kind) => {
      const example = found[kind];
      return isExample(example) ? [[kind, example]] : [];
    }),
  );
}

function isExample(value: unknown): value is DriftExample {
  if (typeof value !== 'object' || value === null) return false;
  const { field, found } = value as Partial<Record<keyof DriftExample, unknown>>;
  return typeof field === 'string' && typeof found === 'string';
}
