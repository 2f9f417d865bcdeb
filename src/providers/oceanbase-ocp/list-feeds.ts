import { DriftLog } from '@/model/drift.js';
import type { ListedFeeds, ReadContext } from '@/model/provider.js';
import { LARGEST_MAX_CLUSTERS } from '@/model/source.js';
import {
  findClusters,
  idAndName,
  listClusterFeeds,
  type FoundClusters,
} from '@/upstream/paging/cluster-list.js';
import { walkPages } from '@/upstream/paging/page-walk.js';
import { Fields, rawObject } from '@/upstream/records/raw.js';
import { pageReader, type Connection } from './read-feed.js';
import { member } from './wire.js';

/** One feed for each configured cluster, or for each that OCP knows. Throws `UpstreamError`. */
export function listFeeds(connection: Connection, context: ReadContext): Promise<ListedFeeds> {
  return listClusterFeeds(connection.source, () => listClusters(connection, context));
}

async function listClusters({ client, source }: Connection, context: ReadContext): Promise<FoundClusters> {
  const { rows, truncated } = await walkPages({
    readPage: pageReader(client, '/api/v2/ob/clusters', context),
    identify: (row) => JSON.stringify(idOf(row) ?? [withoutStandbys(row)]),
    maxRows: LARGEST_MAX_CLUSTERS,
    signal: context.signal,
  });
  const { discovery } = source;
  return findClusters(
    { rows: withStandbys(rows), truncated },
    { read: idAndName, discovery, signal: context.signal },
  );
}

/**
 * Clusters and their standby clusters, which OCP nests inside their primary; what is no list of them names none. They
 * come one by one: a row may nest any number, at any depth.
 */
function* withStandbys(rows: readonly unknown[]): Generator {
  const open = [rows[Symbol.iterator]()];
  for (let list = open.at(-1); list !== undefined; list = open.at(-1)) {
    const { done, value: row } = list.next();
    if (done === true) {
      open.pop();
      continue;
    }
    yield row;
    const standbys: unknown = member(rawObject(row), STANDBYS) ?? [];
    open.push((Array.isArray(standbys) ? standbys : [standbys])[Symbol.iterator]());
  }
}

const STANDBYS = 'standbyClusters';

function withoutStandbys(row: unknown): unknown {
  return rawObject(row) === null ? row : { ...(row as object), [STANDBYS]: null };
}

function idOf(row: unknown): string | null {
  const object = rawObject(row);
  return object && new Fields(object, new DriftLog()).id('id');
}
