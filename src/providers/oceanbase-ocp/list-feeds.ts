import { DriftLog } from '@/model/drift.js';
import { feedName, type Feed } from '@/model/feed.js';
import type { ListedFeeds, ReadContext } from '@/model/provider.js';
import type { SourceCluster, SourceConfig } from '@/model/source.js';
import { walkPages } from '@/upstream/page-walk.js';
import { Fields, rawObject } from '@/upstream/raw.js';
import { pageReader, type Connection } from './read-feed.js';

/** Bounds the walk should the list of clusters never end. */
const MOST_CLUSTERS = 10_000;

/** One feed for each configured cluster, or for each that OCP knows. Throws `UpstreamError`. */
export async function listFeeds(connection: Connection, context: ReadContext): Promise<ListedFeeds> {
  const { source } = connection;
  const clusters = source.clusters ?? (await findClusters(connection, context));
  const feeds = clusters.map((cluster) => clusterFeed(source, cluster));
  return { outcome: 'listed', feeds: [...new Map(feeds.map((feed) => [feed.key, feed])).values()] };
}

function clusterFeed({ id: source, provider }: SourceConfig, cluster: SourceCluster): Feed {
  return { name: feedName(source, cluster.id), provider, source, key: cluster.id, cluster };
}

async function findClusters({ client }: Connection, context: ReadContext): Promise<SourceCluster[]> {
  const { rows } = await walkPages({
    readPage: pageReader(client, '/api/v2/ob/clusters', context),
    identify: (row) => fieldsOf(row)?.text('id') ?? JSON.stringify(row),
    maxRows: MOST_CLUSTERS,
    signal: context.signal,
  });
  return rows.flatMap((row) => clustersIn(fieldsOf(row)));
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
