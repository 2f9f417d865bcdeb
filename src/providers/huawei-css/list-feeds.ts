import type { ListedFeeds, ReadContext } from '@/model/provider.js';
import { findClusters, listClusterFeeds, type FoundClusters } from '@/upstream/cluster-list.js';
import { pathSegment } from '@/upstream/path-segment.js';
import type { Fields } from '@/upstream/raw.js';
import type { Connection } from './read-feed.js';

/** Bounds the walk should the list of clusters never end; the largest `discovery.maxClusters`. */
const MOST_CLUSTERS = 10_000;

/** One feed for each configured cluster, or for each that the project has. Throws `UpstreamError`. */
export function listFeeds(connection: Connection, context: ReadContext): Promise<ListedFeeds> {
  return listClusterFeeds(connection.source, () => listClusters(connection, context));
}

async function listClusters({ paging, source }: Connection, context: ReadContext): Promise<FoundClusters> {
  const path = `/v1.0/${pathSegment(source.projectId ?? '')}/clusters`;
  const walked = await paging.walk({ path, name: 'clusters', maxRows: MOST_CLUSTERS }, context);
  const { discovery } = source;
  return findClusters(walked, { read: readCluster, discovery, signal: context.signal });
}

function readCluster(row: Fields): { id: string | null; name: string | null } {
  return { id: row.id('id'), name: row.text('name') };
}
