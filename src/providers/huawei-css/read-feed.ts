import { DriftLog } from '@/model/drift.js';
import type { Feed } from '@/model/feed.js';
import { COVERED_SINCE_EVER, type ReadContext, type ReadFeed } from '@/model/provider.js';
import { flatMapInSteps, Slices } from '@/model/slices.js';
import type { SourceConfig } from '@/model/source.js';
import { coveredByOrder } from '@/upstream/coverage.js';
import { eachOnce } from '@/upstream/each-once.js';
import { pathSegment } from '@/upstream/path-segment.js';
import { normalise } from './normalise.js';
import type { CssPaging } from './paging.js';

/** An open connection to one source. */
export interface Connection {
  readonly paging: CssPaging;
  readonly source: SourceConfig;
}

/** Reads all log backups of a cluster. Throws `UpstreamError`. */
export async function readFeed(
  { paging, source }: Connection,
  feed: Feed,
  context: ReadContext,
): Promise<ReadFeed> {
  const project = pathSegment(source.projectId ?? '');
  const path = `/v1.0/${project}/clusters/${pathSegment(feed.key)}/logs/records`;
  const list = { path, name: 'clusterLogRecord', maxRows: source.maxTasksPerFeed } as const;
  const walked = await paging.walk(list, context);
  const drift = new DriftLog();
  const normalised = flatMapInSteps(
    walked.rows,
    (record) => normalise(record, { source, feed, drift }) ?? [],
  );
  const slices = new Slices();
  const rows = await slices.run(eachOnce(await slices.run(normalised)));
  const coveredSince = walked.truncated ? coveredByOrder(rows) : COVERED_SINCE_EVER;
  return {
    outcome: 'read',
    rows,
    truncated: walked.truncated,
    coveredSince,
    drift: drift.counts,
    bookmark: null,
  };
}
