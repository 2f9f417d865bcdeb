import type { Feed } from '@/model/feed.js';
import { COVERED_SINCE_EVER, type ListedFeeds, type ReadContext, type ReadFeed } from '@/model/provider.js';
import { LARGEST_MAX_CLUSTERS, type SourceConfig } from '@/model/source.js';
import { pathSegment } from '@/upstream/call-target.js';
import {
  findClusters,
  idAndName,
  listClusterFeeds,
  type FoundClusters,
} from '@/upstream/paging/cluster-list.js';
import { coverageOf, coveredByOrder } from '@/upstream/paging/coverage.js';
import { normaliseRows, withKnownRecords } from '@/upstream/records/normalised-rows.js';
import { normalise } from './normalise.js';
import type { CssPaging } from './paging.js';
import { logListRefusal } from './wire.js';

/** An open connection to one source. */
export interface Connection {
  readonly paging: CssPaging;
  readonly source: SourceConfig;
}

/** Reads all log backups of a cluster. Throws `UpstreamError`. */
export async function readFeed(
  { paging, source }: Connection,
  feed: Feed,
  readContext: ReadContext,
): Promise<ReadFeed> {
  const context = await withKnownRecords(readContext);
  const project = pathSegment(source.projectId ?? '');
  const path = `/v1.0/${project}/clusters/${pathSegment(feed.key)}/logs/records`;
  const list = { path, name: 'clusterLogRecord', maxRows: source.maxTasksPerFeed } as const;
  const walked = await paging.walk({ ...list, refusal: logListRefusal }, context);
  const { lacksRows, ...read } = await normaliseRows(walked.rows, {
    normalise: (record, drift) => normalise(record, { source, feed, drift }),
    context,
  });
  const { truncated } = walked;
  const coveredSince = truncated ? coveredByOrder(read.rows) : COVERED_SINCE_EVER;
  return { outcome: 'read', ...read, ...coverageOf({ lacksRows, truncated, coveredSince }), bookmark: null };
}

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
