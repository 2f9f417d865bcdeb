import { DriftLog } from '@/model/drift.js';
import { clusterFeeds } from '@/model/feed.js';
import type { ListedFeeds, ReadContext } from '@/model/provider.js';
import type { SourceCluster } from '@/model/source.js';
import { pathSegment } from '@/upstream/path-segment.js';
import { Fields, rawObject } from '@/upstream/raw.js';
import type { Connection } from './read-feed.js';

/** Bounds the walk should the list of clusters never end. */
const MOST_CLUSTERS = 10_000;

/** One feed for each configured cluster, or for each that the project has. Throws `UpstreamError`. */
export async function listFeeds(connection: Connection, context: ReadContext): Promise<ListedFeeds> {
  const { source } = connection;
  const { clusters, truncated } = source.clusters
    ? { clusters: source.clusters, truncated: false }
    : await findClusters(connection, context);
  return { outcome: 'listed', feeds: clusterFeeds(source, clusters), truncated };
}

/** The clusters that there are, and whether there may be more. */
interface FoundClusters {
  readonly clusters: readonly SourceCluster[];
  readonly truncated: boolean;
}

async function findClusters({ paging, source }: Connection, context: ReadContext): Promise<FoundClusters> {
  const path = `/v1.0/${pathSegment(source.projectId ?? '')}/clusters`;
  const { rows, truncated } = await paging.walk({ path, name: 'clusters', maxRows: MOST_CLUSTERS }, context);
  const clusters = rows.flatMap((row) => readCluster(row) ?? []);
  // A row that names no cluster stands for one whose tasks will be missing.
  return { clusters, truncated: truncated || clusters.length < rows.length };
}

function readCluster(item: unknown): SourceCluster | null {
  const object = rawObject(item);
  const cluster = object && new Fields(object, new DriftLog());
  const id = cluster?.text('id') ?? null;
  return id === null ? null : { id, name: cluster?.text('name') ?? null };
}
