import { DriftLog, type DriftCounts, type DriftExamples } from '@/model/drift.js';
import { clusterName } from '@/model/cluster-name.js';
import { clusterFeeds } from '@/model/feed.js';
import type { ListedFeeds } from '@/model/provider.js';
import { runCooperatively, visitInSteps } from '@/scheduling/cooperative.js';
import { CLUSTER_ID, type SourceCluster, type SourceConfig } from '@/model/source.js';
import type { Truncation } from '@/model/failure.js';
import { throwIfAborted } from '../http/deadline.js';
import { hideSecrets } from '../records/hidden-secrets.js';
import { LowestIds } from './lowest-ids.js';
import { Fields, rawObject } from '../records/raw.js';
import { jsonType } from '../records/redaction.js';
import { UpstreamError } from '../upstream-error.js';
import { matchesWildcard } from './wildcard.js';

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
  { rows, truncated }: ClusterRows,
  { read, discovery, signal }: ClusterReading,
): Promise<FoundClusters> {
  const kept = new LowestIds<SourceCluster>(discovery.maxClusters);
  const drift = new DriftLog();
  const { exclude } = discovery;
  let named = 0;
  const visit = (row: unknown): void => {
    throwIfAborted(signal);
    const object = rawObject(row);
    const { id, name } = object === null ? NAMELESS : read(new Fields(object, new DriftLog()));
    if (id === null || !CLUSTER_ID.test(id)) {
      drift.note('droppedRow', () => describe(object === null ? row : id, object !== null));
      return;
    }
    named += 1;
    const cluster = { id, name: clusterName(name && hideSecrets(name)) };
    if (!exclude.some((pattern) => isNamedBy(pattern, cluster))) kept.add(cluster);
  };
  await runCooperatively(visitInSteps(rows, visit));
  const dropped = drift.counts.droppedRow ?? 0;
  if (named === 0 && dropped > 0) throw new UpstreamError('MALFORMED');
  const isCut = kept.isCut || truncated;
  return {
    clusters: kept.values,
    truncation: dropped > 0 ? 'MALFORMED' : isCut ? 'LIMIT' : null,
    drift: drift.counts,
    driftExamples: drift.examples,
  };
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
  return matchesWildcard(id, pattern) || (name !== null && matchesWildcard(name, pattern));
}

const NAMELESS = { id: null, name: null };

/** What is wrong with a row, without anything of it but its length. */
function describe(found: unknown, isObject: boolean): { field: string; found: string } {
  if (!isObject) return { field: '(row)', found: jsonType(found) };
  return {
    field: 'id',
    found: typeof found === 'string' ? `string of ${found.length} characters` : 'absent',
  };
}
