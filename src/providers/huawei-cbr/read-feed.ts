import type { Clock } from '@/model/clock.js';
import { DriftLog } from '@/model/drift.js';
import type { Feed } from '@/model/feed.js';
import type { ReadContext, ReadFeed } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import { formatTime } from '@/model/time.js';
import { coveredByOrder } from '@/upstream/coverage.js';
import { eachOnce } from '@/upstream/each-once.js';
import { walkOffsets } from '@/upstream/offset-walk.js';
import type { UpstreamClient } from '@/upstream/upstream-client.js';
import { normalise } from './normalise.js';
import { CbrPages } from './paging.js';
import { identifyRecord, parseOperationLogs } from './wire.js';

/** An open connection to one source. */
export interface Connection {
  readonly client: UpstreamClient;
  readonly source: SourceConfig;
  readonly clock: Clock;
}

const DAY_MS = 24 * 60 * 60_000;

/** Reads the operation logs of the window. Throws `UpstreamError`. */
export async function readFeed(
  { client, source, clock }: Connection,
  feed: Feed,
  context: ReadContext,
): Promise<ReadFeed> {
  const startMs = clock() - source.windowMs;
  const path = `/v3/${encodeURIComponent(source.projectId ?? '')}/operation-logs`;
  const pages = new CbrPages(async (limit, offset) => {
    const query = { ...windowQuery(source, startMs), limit, ...(offset > 0 && { offset }) };
    return parseOperationLogs(await client.getJson({ path, query }, context));
  });
  const walked = await walkOffsets({
    readPage: (start) => pages.read(start),
    identify: identifyRecord,
    maxRows: source.maxTasksPerFeed,
    signal: context.signal,
  });
  const drift = new DriftLog();
  const rows = eachOnce(walked.rows.flatMap((record) => normalise(record, { source, feed, drift }) ?? []));
  const windowStart = coverageStart(startMs, clock());
  const coveredSince = walked.truncated ? later(coveredByOrder(rows), windowStart) : windowStart;
  return {
    outcome: 'read',
    rows,
    truncated: walked.truncated,
    coveredSince,
    drift: drift.counts,
    bookmark: null,
  };
}

/**
 * The first page goes without an offset: its smallest value is 1 by the table of the request, 0 by that of the
 * answer (CBR API reference, ListOpLogs).
 */
function windowQuery(source: SourceConfig, startMs: number): Record<string, string | number> {
  return {
    start_time: `${new Date(startMs).toISOString().slice(0, 19)}Z`,
    enterprise_project_id: source.enterpriseProjectId,
  };
}

/** The window's start rounded up to a whole UTC day, so that it stands still for a day; as it is in shorter windows. */
function coverageStart(startMs: number, nowMs: number): string {
  const dayMs = Math.ceil(startMs / DAY_MS) * DAY_MS;
  return formatTime(dayMs <= nowMs ? dayMs : startMs);
}

function later(a: string | null, b: string): string | null {
  return a !== null && a < b ? b : a;
}
