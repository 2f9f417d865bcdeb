import { DriftLog } from '@/model/drift.js';
import { Slices, visitInSteps } from '@/model/slices.js';
import type { Discovery, SourceCluster } from '@/model/source.js';
import type { Truncation } from '@/model/truncation.js';
import { throwIfAborted } from './deadline.js';
import { hideSecrets } from './hidden-secrets.js';
import { LowestIds } from './lowest-ids.js';
import { Fields, rawObject } from './raw.js';
import { UpstreamError } from './upstream-error.js';

/** A list of clusters as it was read. */
export interface ClusterRows {
  /** There may be many more than are kept. */
  readonly rows: Iterable<unknown>;
  /** True when there are, or may be, more. */
  readonly truncated: boolean;
}

/** How to take clusters from rows. */
export interface ClusterReading {
  readonly read: (row: Fields) => { readonly id: string | null; readonly name: string | null };
  readonly discovery: Discovery;
  readonly signal: AbortSignal;
}

/** The clusters that there are, and what keeps the list of them from being whole. */
export interface FoundClusters {
  readonly clusters: readonly SourceCluster[];
  readonly truncation: Truncation | null;
}

/** Ids go into names and paths; vendors' own have 36 characters at the most. */
const LONGEST_ID = 256;

/**
 * The clusters that the rows name, each once, `discovery.maxClusters` at the most: those with the lowest ids. A row
 * that names none stands for a cluster whose tasks will be missing. Works in steps. Throws `UpstreamError`, MALFORMED
 * where there are rows and none of them names a cluster.
 */
export async function findClusters(
  { rows, truncated }: ClusterRows,
  { read, discovery, signal }: ClusterReading,
): Promise<FoundClusters> {
  const kept = new LowestIds<SourceCluster>(discovery.maxClusters);
  let [named, nameless] = [0, 0];
  const visit = (row: unknown): void => {
    throwIfAborted(signal);
    const object = rawObject(row);
    const { id, name } = object === null ? NAMELESS : read(new Fields(object, new DriftLog()));
    if (id === null || id.length > LONGEST_ID) {
      nameless += 1;
      return;
    }
    named += 1;
    kept.add({ id, name: name && hideSecrets(name) });
  };
  await new Slices().run(visitInSteps(rows, visit));
  if (named === 0 && nameless > 0) throw new UpstreamError('MALFORMED');
  const isCut = kept.isCut || truncated;
  return { clusters: kept.values, truncation: nameless > 0 ? 'MALFORMED' : isCut ? 'LIMIT' : null };
}

const NAMELESS = { id: null, name: null };
