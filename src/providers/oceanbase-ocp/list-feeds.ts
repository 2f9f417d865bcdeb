import { DriftLog } from '@/model/drift.js';
import { clusterFeeds } from '@/model/feed.js';
import type { ListedFeeds, ReadContext } from '@/model/provider.js';
import type { SourceCluster } from '@/model/source.js';
import { walkPages } from '@/upstream/page-walk.js';
import { Fields, rawObject } from '@/upstream/raw.js';
import { pageReader, type Connection } from './read-feed.js';

/** Bounds the walk should the list of clusters never end. */
const MOST_CLUSTERS = 10_000;

/** One feed for each configured cluster, or for each that OCP knows. Throws `UpstreamError`. */
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

async function findClusters({ client }: Connection, context: ReadContext): Promise<FoundClusters> {
  const { rows, truncated } = await walkPages({
    readPage: pageReader(client, '/api/v2/ob/clusters', context),
    identify: (row) => JSON.stringify(fieldsOf(row)?.text('id') ?? [row]),
    maxRows: MOST_CLUSTERS,
    signal: context.signal,
  });
  const found = rows.map((row) => clustersIn(fieldsOf(row)));
  // A row that names no cluster stands for one whose tasks will be missing.
  return { clusters: found.flat(), truncated: truncated || found.some((clusters) => clusters.length === 0) };
}

/** A cluster and its standby clusters, which OCP nests inside their primary. */
function clustersIn(fields: Fields | null): SourceCluster[] {
  if (fields === null) return [];
  const id = fields.text('id');
  const standbys = fields.list('standbyClusters').flatMap(clustersIn);
  return id === null ? standbys : [{ id, name: fields.text('name') }, ...standbys];
}

function fieldsOf(row: unknown): Fields | null {
  const object = rawObject(row);
  return object && new Fields(object, new DriftLog());
}
