import { DRIFT_KINDS, type DriftCounts } from '@/model/drift.js';
import type { ReadFeed } from '@/model/provider.js';

/** Everything of a snapshot but its rows, as the store keeps it. */
export interface SnapshotHead extends Pick<ReadFeed, 'truncated' | 'coveredSince' | 'drift' | 'bookmark'> {
  /** When the read ended, epoch milliseconds. */
  readonly fetchTimeMs: number;
}

export function snapshotHead(read: ReadFeed, fetchTimeMs: number): SnapshotHead {
  const { truncated, coveredSince, drift, bookmark } = read;
  return { fetchTimeMs, truncated, coveredSince, drift, bookmark };
}

/** null for anything that is no head of a snapshot. */
export function parseSnapshotHead(head: unknown): SnapshotHead | null {
  if (typeof head !== 'object' || head === null) return null;
  const { fetchTimeMs, truncated, coveredSince, drift, bookmark } = head as Record<string, unknown>;
  if (!Number.isFinite(fetchTimeMs) || typeof truncated !== 'boolean') return null;
  if (coveredSince !== null && typeof coveredSince !== 'string') return null;
  return { fetchTimeMs: fetchTimeMs as number, truncated, coveredSince, drift: parseDrift(drift), bookmark };
}

function parseDrift(drift: unknown): DriftCounts {
  const counts = (drift ?? {}) as Record<string, unknown>;
  const known = DRIFT_KINDS.filter((kind) => Number.isFinite(counts[kind]));
  return Object.fromEntries(known.map((kind) => [kind, counts[kind] as number]));
}
