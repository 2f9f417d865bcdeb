import { DriftLog } from '@/model/drift.js';
import type { Feed } from '@/model/feed.js';
import { comparePositions, positionOf } from '@/model/order.js';
import { COVERED_SINCE_EVER, type ReadContext, type ReadFeed } from '@/model/provider.js';
import { flatMapInSteps, Slices } from '@/model/slices.js';
import { sortInSteps } from '@/model/sorted-runs.js';
import type { SourceConfig } from '@/model/source.js';
import type { TaskRow } from '@/model/task.js';
import { eachOnce } from '@/upstream/each-once.js';
import { pathSegment } from '@/upstream/path-segment.js';
import type { UpstreamClient } from '@/upstream/upstream-client.js';
import { normalise } from './normalise.js';
import { parseItems } from './wire.js';

/** An open connection to one source. */
export interface Connection {
  readonly client: UpstreamClient;
  readonly source: SourceConfig;
}

/** Reads all snapshot tasks of a cluster. Throws `UpstreamError`. */
export async function readFeed(
  { client, source }: Connection,
  feed: Feed,
  context: ReadContext,
): Promise<ReadFeed> {
  const project = pathSegment(source.projectId ?? '');
  const cluster = pathSegment(feed.key);
  const path = `/api/v3.1/projects/${project}/clusters/${cluster}/operation/snapshot/tasks`;
  const items = parseItems(await client.getJson({ path }, context));
  const drift = new DriftLog();
  const normalised = flatMapInSteps(items, (item) => normalise(item, { source, feed, drift }) ?? []);
  const slices = new Slices();
  const rows = await slices.run(eachOnce(await slices.run(normalised)));
  return {
    outcome: 'read',
    ...(await newest(rows, source.maxTasksPerFeed)),
    drift: drift.counts,
    bookmark: null,
  };
}

async function newest(
  rows: readonly TaskRow[],
  limit: number,
): Promise<Pick<ReadFeed, 'rows' | 'truncated' | 'coveredSince'>> {
  if (rows.length <= limit) return { rows, truncated: false, coveredSince: COVERED_SINCE_EVER };
  const order = (a: TaskRow, b: TaskRow): number =>
    comparePositions(position(a), position(b), 'createTime desc');
  const sorted = await new Slices().run(sortInSteps(rows, order));
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
