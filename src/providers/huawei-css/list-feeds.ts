import { DriftLog } from '@/model/drift.js';
import { feedName, type Feed } from '@/model/feed.js';
import type { ListedFeeds, ReadContext } from '@/model/provider.js';
import type { SourceCluster, SourceConfig } from '@/model/source.js';
import { Fields, rawObject } from '@/upstream/raw.js';
import type { Connection } from './read-feed.js';

/** Bounds the walk should the list of clusters never end. */
const MOST_CLUSTERS = 10_000;

/** One feed for each configured cluster, or for each that the project has. Throws `UpstreamError`. */
export async function listFeeds(connection: Connection, context: ReadContext): Promise<ListedFeeds> {
  const { source } = connection;
  const clusters = source.clusters ?? (await findClusters(connection, context));
  const feeds = clusters.map((cluster) => clusterFeed(source, cluster));
  return { outcome: 'listed', feeds: [...new Map(feeds.map((feed) => [feed.key, feed])).values()] };
}

function clusterFeed({ id: source, provider }: SourceConfig, cluster: SourceCluster): Feed {
  return { name: feedName(source, cluster.id), provider, source, key: cluster.id, cluster };
}

async function findClusters({ paging, source }: Connection, context: ReadContext): Promise<SourceCluster[]> {
  const path = `/v1.0/${encodeURIComponent(source.projectId ?? '')}/clusters`;
  const { rows } = await paging.walk({ path, name: 'clusters', maxRows: MOST_CLUSTERS }, context);
  return rows.flatMap((row) => readCluster(row) ?? []);
}

function readCluster(item: unknown): SourceCluster | null {
  const object = rawObject(item);
  const cluster = object && new Fields(object, new DriftLog());
  const id = cluster?.text('id') ?? null;
  return id === null ? null : { id, name: cluster?.text('name') ?? null };
}
