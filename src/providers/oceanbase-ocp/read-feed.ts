import type { Feed } from '@/model/feed.js';
import { COVERED_SINCE_EVER, type ReadContext, type ReadFeed } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import { coverageOf } from '@/upstream/paging/coverage.js';
import { withKnownRecords } from '@/upstream/records/known-records.js';
import { normaliseRows } from '@/upstream/records/normalised-rows.js';
import { walkPages, type NumberedPage } from '@/upstream/paging/page-walk.js';
import { pathSegment } from '@/upstream/http/path-segment.js';
import type { UpstreamClient } from '@/upstream/upstream-client.js';
import { identityOf, normalise } from './normalise.js';
import { parsePage } from './wire.js';

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
