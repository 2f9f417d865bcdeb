import { feedName, type Feed } from '@/model/feed.js';
import type { ListedFeeds, ReadContext, ReadFeed } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import { formatTime } from '@/model/time.js';
import { flatMapInSteps, runCooperatively } from '@/scheduling/cooperative.js';
import { withKnownRecords } from '@/upstream/records/normalised-rows.js';
import { UpstreamError } from '@/upstream/upstream-error.js';
import {
  previousState,
  INCREMENT_POLICY,
  parseBookmark,
  type PreviousState,
  type Bookmark,
  type IncrementPolicy,
} from './bookmark.js';
import { balanceDrift } from './drift.js';
import { FullSyncNeeded, type RowOrigin } from './span-reader.js';
import { planIncrement } from './increment-plan.js';
import { floorSecond, type KnownRows } from './known-rows.js';
import { OperationLog, type Connection } from './operation-log.js';
import { isRefusal, readIncrement } from './read-increment.js';
import { readWhole, walkFacts, type ReadWhole } from './read-whole.js';

const KEY = 'operation-logs';

/** A project has one operation log. */
export function listFeeds({ id, provider }: SourceConfig): ListedFeeds {
  const feed = { name: feedName(id, KEY), provider, source: id, key: KEY, cluster: null };
  return { outcome: 'listed', feeds: [feed], truncation: null };
}

const DAY_MS = 24 * 60 * 60_000;

type Pauses = Pick<Bookmark, 'incrementNotBeforeMs' | 'showNotBeforeMs'>;
const NO_PAUSES: Pauses = { incrementNotBeforeMs: 0, showNotBeforeMs: 0 };

/** Reads the operation logs of the window, by what is new where the previous read allows it. Throws `UpstreamError`. */
export function readFeed(connection: Connection, feed: Feed, context: ReadContext): Promise<ReadFeed> {
  return new FeedReading(connection, feed, context).run();
}

class FeedReading {
  readonly #log: OperationLog;
  readonly #origin: RowOrigin;
  readonly #policy: IncrementPolicy;
  readonly #startedMs: number;
  readonly #windowStartMs: number;

  constructor(
    private readonly connection: Connection,
    feed: Feed,
    private readonly context: ReadContext,
  ) {
    const { source, clock, policy = INCREMENT_POLICY } = connection;
    this.#log = new OperationLog(connection, context);
    this.#origin = { source, feed };
    this.#policy = policy;
    this.#startedMs = clock();
    this.#windowStartMs = this.#startedMs - source.windowMs;
  }

  async run(): Promise<ReadFeed> {
    const previous = await previousState(this.context.previous, this.#startedMs, this.#policy);
    const attempt = previous === null ? null : await this.#tryIncrement(previous);
    if (attempt !== null && !(attempt instanceof FullSyncNeeded)) return attempt;
    const context = await withKnownRecords(this.context);
    const whole = await readWhole(new OperationLog(this.connection, context), {
      origin: this.#origin,
      context,
      windowStartMs: this.#windowStartMs,
      windowCoveredSince: this.#coverageStart(),
    });
    return { ...whole.read, bookmark: await this.#bookmarkOf(whole, attempt) };
  }

  /** The feed by what is new; null where a whole read is no dearer, or why only a whole read can tell. */
  async #tryIncrement(previous: PreviousState): Promise<ReadFeed | FullSyncNeeded | null> {
    const windowStartMs = floorSecond(this.#windowStartMs);
    const moment = { nowMs: this.#startedMs, windowStartMs };
    const plan = await runCooperatively(planIncrement(previous, moment, this.#policy));
    if (plan === null) return null;
    try {
      const increment = { previous, plan, windowStartMs, origin: this.#origin };
      return await this.#merged(previous, await readIncrement(this.#log, increment));
    } catch (error) {
      if (error instanceof FullSyncNeeded) return error;
      if (error instanceof UpstreamError && isRefusal(error)) return new FullSyncNeeded('mismatch');
      throw error;
    }
  }

  async #merged({ bookmark, rows: before, ...told }: PreviousState, after: KnownRows): Promise<ReadFeed> {
    if (after.size > this.connection.source.maxTasksPerFeed) throw new FullSyncNeeded('mismatch');
    const drift = await runCooperatively(balanceDrift(told, { before, after }, this.#origin));
    return {
      outcome: 'read',
      rows: await runCooperatively(flatMapInSteps([...after.values()], ({ row }) => row)),
      truncation: null,
      coveredSince: this.#coverageStart(),
      ...drift,
      bookmark: { ...bookmark, readMs: this.#startedMs, rows: after.size } satisfies Bookmark,
    };
  }

  async #bookmarkOf(whole: ReadWhole, attempt: FullSyncNeeded | null): Promise<Bookmark | null> {
    const { rows } = whole.read;
    if (rows.length <= this.#policy.aboveRows) return null;
    const facts = await walkFacts(whole, floorSecond(this.#windowStartMs));
    if (facts === null) return null;
    const times = { wholeMs: this.#startedMs, readMs: this.#startedMs };
    return { version: 2, ...times, ...facts, ...this.#pauses(whole, attempt) };
  }

  /** What is left alone for a while: a filter that is not honoured, and asking for records that are not shown. */
  #pauses({ read }: ReadWhole, attempt: FullSyncNeeded | null): Pauses {
    const before = parseBookmark(this.context.previous?.bookmark) ?? NO_PAUSES;
    const resumesAtMs = this.#startedMs + this.#policy.pauseMs;
    const isUnfiltered = attempt?.kind === 'unfiltered';
    const isNotFoundById =
      attempt?.kind === 'notFoundById' && read.rows.some(({ task }) => task.nativeId === attempt.recordId);
    return {
      incrementNotBeforeMs: isUnfiltered ? resumesAtMs : before.incrementNotBeforeMs,
      showNotBeforeMs: isNotFoundById ? resumesAtMs : before.showNotBeforeMs,
    };
  }

  /** The window's start rounded up to a whole UTC day, so that it stands still for a day; as it is in shorter windows. */
  #coverageStart(): string {
    const dayMs = Math.ceil(this.#windowStartMs / DAY_MS) * DAY_MS;
    return formatTime(dayMs <= this.connection.clock() ? dayMs : this.#windowStartMs);
  }
}
