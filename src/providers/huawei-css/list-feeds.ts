import type { ListedFeeds, ReadContext } from '@/model/provider.js';
import { LARGEST_MAX_CLUSTERS } from '@/model/source.js';
import {
  findClusters,
  idAndName,
  listClusterFeeds,
  type FoundClusters,
} from '@/upstream/paging/cluster-list.js';
import { pathSegment } from '@/upstream/http/path-segment.js';
import type { Connection } from './read-feed.js';

/** One feed for each configured cluster, or for each that the project has. Throws `UpstreamError`. */
export function listFeeds(connection: Connection, context: ReadContext): Promise<ListedFeeds> {
  return listClusterFeeds(connection.source, () => listClusters(connection, context));
}

async function listClusters({ paging, source }: Connection, context: ReadContext): Promise<FoundClusters> {
  const path = `/v1.0/${pathSegment(source.projectId ?? '')}/clusters`;
  const walked = await paging.walk({ path, name: 'clusters', maxRows: LARGEST_MAX_CLUSTERS }, context);
  const { discovery } = source;
  return findClusters(walked, { read: idAndName, discovery, signal: context.signal });
}
