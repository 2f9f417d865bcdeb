import type { Feed } from '@/model/feed.js';
import { comparePositions, positionOf } from '@/model/order.js';
import { COVERED_SINCE_EVER, type ListedFeeds, type ReadContext, type ReadFeed } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import type { TaskRow } from '@/model/task.js';
import { runCooperatively } from '@/scheduling/cooperative.js';
import { sortInSteps } from '@/scheduling/sort-in-steps.js';
import { pathSegment } from '@/upstream/call-target.js';
import { findClusters, listClusterFeeds, type FoundClusters } from '@/upstream/paging/cluster-list.js';
import { coverageOf } from '@/upstream/paging/coverage.js';
import { eachRecordOnce } from '@/upstream/records/unique-rows.js';
import { normaliseRows, withKnownRecords } from '@/upstream/records/normalised-rows.js';
import type { Fields } from '@/upstream/records/raw.js';
import type { UpstreamClient } from '@/upstream/upstream-client.js';
import { normalise } from './normalise.js';
import { identifyItem, parseItems } from './wire.js';

/** An open connection to one source. */
export interface Connection {
  readonly client: UpstreamClient;
  readonly source: SourceConfig;
}

/** Reads all snapshot tasks of a cluster. Throws `UpstreamError`. */
export async function readFeed(
  { client, source }: Connection,
  feed: Feed,
  readContext: ReadContext,
): Promise<ReadFeed> {
  const context = await withKnownRecords(readContext);
  const project = pathSegment(source.projectId ?? '');
  const cluster = pathSegment(feed.key);
  const path = `/api/v3.1/projects/${project}/clusters/${cluster}/operation/snapshot/tasks`;
  const items = parseItems(await client.getJson({ path }, context));
  const records = await runCooperatively(eachRecordOnce(items, identifyItem));
  const { lacksRows, ...read } = await normaliseRows(records, {
    normalise: (item, drift) => normalise(item, { source, feed, drift }),
    context,
  });
  const { rows, ...limited } = await newest(read.rows, source.maxTasksPerFeed);
  return { outcome: 'read', ...read, rows, ...coverageOf({ lacksRows, ...limited }), bookmark: null };
}

interface NewestRows extends Pick<ReadFeed, 'rows' | 'coveredSince'> {
  readonly truncated: boolean;
}

async function newest(rows: readonly TaskRow[], limit: number): Promise<NewestRows> {
  if (rows.length <= limit) return { rows, truncated: false, coveredSince: COVERED_SINCE_EVER };
  const order = (a: TaskRow, b: TaskRow): number =>
    comparePositions(position(a), position(b), 'createTime desc');
  const sorted = await runCooperatively(sortInSteps(rows, order));
  const kept = sorted.slice(0, limit);
  return { rows: kept, truncated: true, coveredSince: coveredSince(kept, sorted[limit]) };
}

/**
 * The creation time of the oldest kept row; a younger one's where the newest row left out was created in the
 * same millisecond. Null when no kept row can vouch for that.
 */
function coveredSince(kept: readonly TaskRow[], firstLeftOut: TaskRow | undefined): string | null {
  const leftOutTime = firstLeftOut?.task.createTime ?? '';
  return kept.findLast(({ task }) => (task.createTime ?? '') > leftOutTime)?.task.createTime ?? null;
}

function position({ task }: TaskRow): ReturnType<typeof positionOf> {
  return positionOf(task, 'createTime desc');
}

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
