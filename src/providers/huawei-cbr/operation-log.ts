import type { ReadContext } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import { runCooperatively, type Steps } from '@/scheduling/cooperative.js';
import { pathSegment } from '@/upstream/call-target.js';
import { walkOffsets, type WalkedOffsets } from '@/upstream/paging/offset-walk.js';
import { keyRows } from '@/upstream/records/unique-rows.js';
import type { UpstreamClient } from '@/upstream/upstream-client.js';
import type { IncrementPolicy } from './bookmark.js';
import { CbrPages } from './cbr-pages.js';
import { identifyRecord, parseCount, parseOperationLog, parseOperationLogs } from './wire.js';

/** An open connection to one source. */
export interface Connection {
  readonly client: UpstreamClient;
  readonly source: SourceConfig;
  /** Wall time, epoch milliseconds. */
  readonly clock: () => number;
  /** `INCREMENT_POLICY` unless told otherwise. */
  readonly policy?: IncrementPolicy;
}

/** The part of the log that is asked for, in whole seconds, as epoch milliseconds. */
export interface LogSpan {
  readonly startMs: number;
  /** Absent: up to the newest record. */
  readonly endMs?: number;
}

export interface WalkOptions {
  /** True when `count` is known to be that of all records, so that it tells whether a page holds them all. */
  readonly trustsCount?: boolean;
  /** Called with the records of each page as it comes; what it throws ends the walk. */
  readonly inspect?: (records: readonly unknown[]) => Steps<void>;
}

export interface WalkedLog extends WalkedOffsets<unknown> {
  readonly calls: number;
  /** Records on the page that had most. */
  readonly largestPage: number;
  /** What each page that was not empty told of the number of records. */
  readonly counts: readonly (number | null)[];
}

interface Position {
  readonly limit: number;
  readonly offset: number;
}

/** One project's operation log during one read. Every method throws `UpstreamError`. */
export class OperationLog {
  readonly #path: string;

  constructor(
    private readonly connection: Omit<Connection, 'clock'>,
    private readonly context: ReadContext,
  ) {
    this.#path = `/v3/${pathSegment(connection.source.projectId ?? '')}/operation-logs`;
  }

  /** All records of a span, each once, up to the most that may be read of a feed. */
  async walk(span: LogSpan, { trustsCount, inspect }: WalkOptions = {}): Promise<WalkedLog> {
    const counts: (number | null)[] = [];
    let [calls, largestPage] = [0, 0];
    let isAll = false;
    const { maxTasksPerFeed: maxRows } = this.connection.source;
    const pages = new CbrPages(PAGE_SIZE, async (limit, offset) => {
      calls += 1;
      const body = await this.page(span, { limit, offset });
      const records = parseOperationLogs(body, offset);
      if (inspect !== undefined) await runCooperatively(inspect(records));
      if (records.length > 0) counts.push(parseCount(body));
      largestPage = Math.max(largestPage, records.length);
      isAll = trustsCount === true && offset === 0 && parseCount(body) === records.length;
      // One more than what tells the walk that there are more than may be read.
      return runCooperatively(keyRows(records, identifyRecord, maxRows + 2));
    });
    const walked = await walkOffsets({
      readPage: async (start) => (isAll ? 'unpaged' : pages.read(start)),
      identify: ({ key }) => key,
      maxRows,
      signal: this.context.signal,
    });
    return { ...walked, rows: walked.rows.map(({ row }) => row), calls, largestPage, counts };
  }

  /** What the upstream says the count of a span is, in one call that asks for one record; null: it does not say. */
  async count(span: LogSpan): Promise<number | null> {
    return parseCount(await this.page(span, { limit: 1, offset: 0 }));
  }

  /** The record of an id. */
  async show(id: string): Promise<object> {
    const path = `${this.#path}/${pathSegment(id)}`;
    return parseOperationLog(await this.connection.client.getJson({ path }, this.context));
  }

  /**
   * The first page goes without an offset: its smallest value is 1 by the table of the request, 0 by that of the
   * answer (CBR API reference, ListOpLogs).
   */
  private page({ startMs, endMs }: LogSpan, { limit, offset }: Position): Promise<unknown> {
    const query = {
      start_time: formatSecond(startMs),
      ...(endMs !== undefined && { end_time: formatSecond(endMs) }),
      enterprise_project_id: this.connection.source.enterpriseProjectId,
      limit,
      ...(offset > 0 && { offset }),
    };
    return this.connection.client.getJson({ path: this.#path, query }, this.context);
  }
}

/** The most that a page may hold (CBR API reference, ListOpLogs). */
const PAGE_SIZE = 1000;

function formatSecond(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}
