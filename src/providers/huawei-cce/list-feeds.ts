import { DriftLog } from '@/model/drift.js';
import { feedName, type Feed } from '@/model/feed.js';
import type { ListedFeeds, ReadContext } from '@/model/provider.js';
import type { SourceCluster, SourceConfig } from '@/model/source.js';
import { Fields, rawObject } from '@/upstream/raw.js';
import type { Connection } from './read-feed.js';
import { parseItems } from './wire.js';

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

async function findClusters({ client, source }: Connection, context: ReadContext): Promise<SourceCluster[]> {
  const path = `/api/v3/projects/${encodeURIComponent(source.projectId ?? '')}/clusters`;
  return parseItems(await client.getJson({ path }, context)).flatMap((item) => readCluster(item) ?? []);
}

/** `metadata.alias` is a display name that may change at will; `name` is what other CCE calls go by. */
function readCluster(item: unknown): SourceCluster | null {
  const object = rawObject(item);
  const metadata = object && new Fields(object, new DriftLog()).fields('metadata');
  const id = metadata?.text('uid') ?? null;
  return id === null ? null : { id, name: metadata?.text('name') ?? null };
}
