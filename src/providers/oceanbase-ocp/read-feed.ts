import { DriftLog } from '@/model/drift.js';
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
import { coverageOf } from '@/upstream/paging/coverage.js';
import { walkPages, type NumberedPage } from '@/upstream/paging/page-walk.js';
import { normaliseRows, withKnownRecords } from '@/upstream/records/normalised-rows.js';
import { Fields, rawObject } from '@/upstream/records/raw.js';
import type { UpstreamClient } from '@/upstream/upstream-client.js';
import { identityOf, normalise } from './normalise.js';
import { member, parsePage } from './wire.js';

/** An open connection to one source. */
export interface Connection {
  readonly client: UpstreamClient;
  readonly source: SourceConfig;
}

/** The largest size documented for a sibling list is 2000; this one documents none. */
const PAGE_SIZE = 1000;

/** Reads all log backup tasks of a cluster. Throws `UpstreamError`. */
export async function readFeed(
  { client, source }: Connection,
  feed: Feed,
  readContext: ReadContext,
): Promise<ReadFeed> {
  const context = await withKnownRecords(readContext);
  const path = `/api/v2/ob/clusters/${pathSegment(feed.key)}/backup/task/logBackupTasks`;
  const walked = await walkPages({
    readPage: pageReader(client, path, context),
    // A row that nothing identifies is told apart by its content until it is left out below.
    identify: (row) => JSON.stringify(identityOf(row, feed) ?? [row]),
    maxRows: source.maxTasksPerFeed,
    signal: context.signal,
  });
  const { lacksRows, ...read } = await normaliseRows(walked.rows, {
    normalise: (row, drift) => normalise(row, { source, feed, drift }),
    context,
  });
  const { truncated } = walked;
  // The order of the list is not documented, so nobody knows what a cut leaves out.
  const coveredSince = truncated ? null : COVERED_SINCE_EVER;
  return { outcome: 'read', ...read, ...coverageOf({ lacksRows, truncated, coveredSince }), bookmark: null };
}

/** Reads the numbered pages of an OCP list. */
export function pageReader(
  client: UpstreamClient,
  path: string,
  context: ReadContext,
): (page: number) => Promise<NumberedPage<unknown>> {
  return async (page) =>
    parsePage(await client.getJson({ path, query: { page, size: PAGE_SIZE } }, context), page);
}

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

/** The `id` of a cluster or a tenant; null where there is none. */
export function idOf(row: unknown): string | null {
  const object = rawObject(row);
  return object && new Fields(object, new DriftLog()).id('id');
}
