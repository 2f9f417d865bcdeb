import { DriftLog, type DriftCounts, type DriftExamples } from '@/model/drift.js';
import { clusterFeeds } from '@/model/feed.js';
import { fits } from '@/model/pattern.js';
import type { ListedFeeds } from '@/model/provider.js';
import { shownName } from '@/model/shown-name.js';
import { CLUSTER_ID, type SourceCluster, type SourceConfig } from '@/model/source.js';
import type { Truncation } from '@/model/failure.js';
import { hideSecrets } from '../records/hidden-secrets.js';
import { Fields, rawObject } from '../records/raw.js';
import { findListed, noObject, unusable, type ListedRows, type Named } from './find-listed.js';

/** How to take clusters from rows. */
export interface ClusterReading {
  readonly read: (row: Fields) => { readonly id: string | null; readonly name: string | null };
  readonly discovery: SourceConfig['discovery'];
  readonly signal: AbortSignal;
}

/** The clusters that there are, and what keeps the list of them from being whole. */
export interface FoundClusters {
  readonly clusters: readonly SourceCluster[];
  readonly truncation: Truncation | null;
  /** Of the rows that are left out. */
  readonly drift: DriftCounts;
  readonly driftExamples: DriftExamples;
}

/**
 * The clusters that the rows name and `discovery.exclude` does not leave out, each once, `discovery.maxClusters` at the
 * most: those with the lowest ids. A row that names none by a valid id (`CLUSTER_ID`) stands for a cluster whose tasks
 * will be missing. Works in steps. Throws `UpstreamError`, MALFORMED where there are rows and none names a cluster.
 */
export async function findClusters(
  listed: ListedRows<unknown>,
  { read, discovery, signal }: ClusterReading,
): Promise<FoundClusters> {
  const { exclude, maxClusters: most } = discovery;
  const readCluster = (row: unknown): Named<SourceCluster> => {
    const object = rawObject(row);
    if (object === null) return { fault: () => noObject(row) };
    const { id, name } = read(new Fields(object, new DriftLog()));
    if (id === null || !CLUSTER_ID.test(id)) return { fault: () => unusable('id', id) };
    const cluster = { id, name: shownName(name && hideSecrets(name)) };
    return { wanted: exclude.some((pattern) => isNamedBy(pattern, cluster)) ? null : cluster };
  };
  const { found: clusters, ...told } = await findListed(listed, { read: readCluster, most, signal });
  return { clusters, ...told };
}

/** For rows whose fields `id` and `name` are the cluster's. */
export function idAndName(row: Fields): { id: string | null; name: string | null } {
  return { id: row.id('id'), name: row.text('name') };
}

/** The feeds of the clusters that the configuration names, or of those that are found. Throws what `find` throws. */
export async function listClusterFeeds(
  source: SourceConfig,
  find: () => Promise<FoundClusters>,
): Promise<ListedFeeds> {
  if (source.clusters !== null) {
    return { outcome: 'listed', feeds: clusterFeeds(source, source.clusters), truncation: null };
  }
  const { clusters, ...found } = await find();
  return { outcome: 'listed', feeds: clusterFeeds(source, clusters), ...found };
}

function isNamedBy(pattern: string, { id, name }: SourceCluster): boolean {
  return fits(pattern, id) || (name !== null && fits(pattern, name));
}
