import { DriftLog } from '@/model/drift.js';
import type { Feed } from '@/model/feed.js';
import { COVERED_SINCE_EVER, type ReadContext, type ReadFeed } from '@/model/provider.js';
import { flatMapInSteps, Slices } from '@/model/slices.js';
import type { SourceConfig } from '@/model/source.js';
import { walkPages, type NumberedPage } from '@/upstream/page-walk.js';
import { pathSegment } from '@/upstream/path-segment.js';
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
  context: ReadContext,
): Promise<ReadFeed> {
  const path = `/api/v2/ob/clusters/${pathSegment(feed.key)}/backup/task/logBackupTasks`;
  const { rows, truncated } = await walkPages({
    readPage: pageReader(client, path, context),
    // A row that nothing identifies is told apart by its content until it is left out below.
    identify: (row) => JSON.stringify(identityOf(row, feed) ?? [row]),
    maxRows: source.maxTasksPerFeed,
    signal: context.signal,
  });
  const drift = new DriftLog();
  const normalised = flatMapInSteps(rows, (row) => normalise(row, { source, feed, drift }) ?? []);
  return {
    outcome: 'read',
    rows: await new Slices().run(normalised),
    truncated,
    // The order of the list is not documented, so nobody knows what a cut leaves out.
    coveredSince: truncated ? null : COVERED_SINCE_EVER,
    drift: drift.counts,
    bookmark: null,
  };
}

/** Reads the numbered pages of an OCP list. */
export function pageReader(
  client: UpstreamClient,
  path: string,
  context: ReadContext,
): (page: number) => Promise<NumberedPage<unknown>> {
  return async (page) => parsePage(await client.getJson({ path, query: { page, size: PAGE_SIZE } }, context));
}
