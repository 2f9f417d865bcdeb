import type { ListedFeeds, ReadContext } from '@/model/provider.js';
import { findClusters, listClusterFeeds, type FoundClusters } from '@/upstream/paging/cluster-list.js';
import { pathSegment } from '@/upstream/http/path-segment.js';
import type { Fields } from '@/upstream/records/raw.js';
import type { Connection } from './read-feed.js';
import { parseItems } from './wire.js';

/** One feed for each configured cluster, or for each that the project has. Throws `UpstreamError`. */
export function listFeeds(connection: Connection, context: ReadContext): Promise<ListedFeeds> {
  return listClusterFeeds(connection.source, () => listClusters(connection, context));
}

async function listClusters({ client, source }: Connection, context: ReadContext): Promise<FoundClusters> {
  const path = `/api/v3/projects/${pathSegment(source.projectId ?? '')}/clusters`;
  const rows = parseItems(await client.getJson({ path }, context));
  const { discovery } = source;
  return findClusters({ rows, truncated: false }, { read: readCluster, discovery, signal: context.signal });
}

/** `metadata.alias` is a display name that may change at will; `name` is what other CCE calls go by. */
function readCluster(item: Fields): { id: string | null; name: string | null } {
  const metadata = item.fields('metadata');
  return { id: metadata.id('uid'), name: metadata.text('name') };
}
