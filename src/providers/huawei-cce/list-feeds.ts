import { DriftLog } from '@/model/drift.js';
import { clusterFeeds } from '@/model/feed.js';
import type { ListedFeeds, ReadContext } from '@/model/provider.js';
import type { SourceCluster } from '@/model/source.js';
import { pathSegment } from '@/upstream/path-segment.js';
import { Fields, rawObject } from '@/upstream/raw.js';
import type { Connection } from './read-feed.js';
import { parseItems } from './wire.js';

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

async function findClusters({ client, source }: Connection, context: ReadContext): Promise<FoundClusters> {
  const path = `/api/v3/projects/${pathSegment(source.projectId ?? '')}/clusters`;
  const items = parseItems(await client.getJson({ path }, context));
  const clusters = items.flatMap((item) => readCluster(item) ?? []);
  // An item that names no cluster stands for one whose tasks will be missing.
  return { clusters, truncated: clusters.length < items.length };
}

/** `metadata.alias` is a display name that may change at will; `name` is what other CCE calls go by. */
function readCluster(item: unknown): SourceCluster | null {
  const object = rawObject(item);
  const metadata = object && new Fields(object, new DriftLog()).fields('metadata');
  const id = metadata?.text('uid') ?? null;
  return id === null ? null : { id, name: metadata?.text('name') ?? null };
}
