import { DriftLog } from '@/model/drift.js';
import type { SourceCluster } from '@/model/source.js';
import type { Truncation } from '@/model/truncation.js';
import { hideSecrets } from './hidden-secrets.js';
import { Fields, rawObject } from './raw.js';
import { UpstreamError } from './upstream-error.js';

/** A list of clusters as it was read. */
export interface ClusterRows {
  readonly rows: readonly unknown[];
  /** True when there are, or may be, more. */
  readonly truncated: boolean;
}

/** The clusters that there are, and what keeps the list of them from being whole. */
export interface FoundClusters {
  readonly clusters: readonly SourceCluster[];
  readonly truncation: Truncation | null;
}

/** Ids go into names and paths; vendors' own have 36 characters at the most. */
const LONGEST_ID = 256;

/**
 * The clusters that the rows name. A row that names none stands for a cluster whose tasks will be missing. Throws
 * `UpstreamError` MALFORMED where there are rows and none of them names a cluster.
 */
export function findClusters(
  { rows, truncated }: ClusterRows,
  read: (row: Fields) => { readonly id: string | null; readonly name: string | null },
): FoundClusters {
  const clusters = rows.flatMap((row) => {
    const object = rawObject(row);
    const { id, name } = object === null ? NAMELESS : read(new Fields(object, new DriftLog()));
    return id === null || id.length > LONGEST_ID ? [] : [{ id, name: name && hideSecrets(name) }];
  });
  if (clusters.length === 0 && rows.length > 0) throw new UpstreamError('MALFORMED');
  if (clusters.length < rows.length) return { clusters, truncation: 'MALFORMED' };
  return { clusters, truncation: truncated ? 'LIMIT' : null };
}

const NAMELESS = { id: null, name: null };
