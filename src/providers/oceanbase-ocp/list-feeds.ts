import { DriftLog } from '@/model/drift.js';
import { clusterFeeds } from '@/model/feed.js';
import type { ListedFeeds, ReadContext } from '@/model/provider.js';
import { findClusters, type FoundClusters } from '@/upstream/cluster-list.js';
import { walkPages } from '@/upstream/page-walk.js';
import { Fields, rawObject } from '@/upstream/raw.js';
import { pageReader, type Connection } from './read-feed.js';
import { member } from './wire.js';

/** Bounds the walk should the list of clusters never end. */
const MOST_CLUSTERS = 10_000;

/** One feed for each configured cluster, or for each that OCP knows. Throws `UpstreamError`. */
export async function listFeeds(connection: Connection, context: ReadContext): Promise<ListedFeeds> {
  const { source } = connection;
  const { clusters, truncation } = source.clusters
    ? { clusters: source.clusters, truncation: null }
    : await listClusters(connection, context);
  return { outcome: 'listed', feeds: clusterFeeds(source, clusters), truncation };
}

async function listClusters({ client }: Connection, context: ReadContext): Promise<FoundClusters> {
  const { rows, truncated } = await walkPages({
    readPage: pageReader(client, '/api/v2/ob/clusters', context),
    identify: (row) => JSON.stringify(idOf(row) ?? [row]),
    maxRows: MOST_CLUSTERS,
    signal: context.signal,
  });
  return findClusters({ rows: rows.flatMap(withStandbys), truncated }, (row) => ({
    id: row.id('id'),
    name: row.text('name'),
  }));
}

/** A cluster and its standby clusters, which OCP nests inside their primary; what is no list of them names none. */
function withStandbys(row: unknown): unknown[] {
  const standbys = member(rawObject(row), 'standbyClusters') ?? [];
  return [row, ...(Array.isArray(standbys) ? standbys.flatMap(withStandbys) : [standbys])];
}

function idOf(row: unknown): string | null {
  const object = rawObject(row);
  return object && new Fields(object, new DriftLog()).id('id');
}
