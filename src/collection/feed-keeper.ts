import type { FeedAnswer, FeedProblem, FeedStatus } from '@/model/collection.js';
import type { Clock } from '@/model/clock.js';
import type { FailureReason } from '@/model/failure.js';
import type { Feed } from '@/model/feed.js';
import type { ReadFeed, SourceReader } from '@/model/provider.js';
import type { Snapshot } from '@/model/snapshot.js';
import type { SourceConfig } from '@/model/source.js';
import type { SnapshotMap } from '@/snapshots/snapshot-map.js';
import { judge, type Verdict } from './acceptance.js';
import { usualDemand, type Demand } from './demand.js';
import type { ReadRunner } from './read-runner.js';
import { Renewal, type Attempt } from './renewal.js';
import type { Revisions } from './revisions.js';

/** A feed read may take this many times the time-out of one call. */
const CALLS_IN_A_ROW = 30;

/** What keepers share. */
export interface KeeperTools {
  readonly store: SnapshotMap;
  readonly runner: ReadRunner;
  readonly revisions: Revisions;
  readonly clock: Clock;
  /** The longest a question waits for upstreams. */
  readonly deadlineMs: number;
}

/** What the keepers of one source share. */
export interface SourceTools extends KeeperTools {
  readonly source: SourceConfig;
  readonly reader: SourceReader;
  /** True when the feeds are known without asking the upstream. */
  readonly feedsAreConfigured: boolean;
}

/** Keeps one feed's snapshot. */
export class FeedKeeper {
  readonly #renewal: Renewal<ReadFeed>;
  #calls = 0;
  #forgotten = false;

  constructor(
    public feed: Feed,
    private readonly tools: SourceTools,
  ) {
    this.#renewal = new Renewal(
      (traceparent) => this.read(traceparent),
      tools.clock,
      (read) => {
        this.keep(read);
      },
    );
  }

  /** The reason of the last read, when it failed. */
  get failureReason(): FailureReason | null {
    return this.#renewal.failure?.reason ?? null;
  }

  /** Starts or joins the read that a question needs. Answers what it must wait for; null when nothing. */
  want(demand: Demand): Promise<void> | null {
    if (demand.freshness.onlyIfCached) return null;
    const snapshot = this.newest();
    const verdict = snapshot === null ? 'renew' : this.verdict(snapshot, demand);
    if (verdict === 'serve') return null;
    const joined = this.#renewal.readingSinceMs !== null;
    const overdue = snapshot !== null && this.overdue();
    const reading = this.#renewal.renew(demand.traceparent);
    if (verdict === 'serve-and-renew' || reading === null || overdue) return null;
    demand.noteWait({ missed: snapshot === null, joined });
    return reading;
  }

  /** What there is now, judged by what the question accepts. */
  answer(demand: Demand): FeedAnswer {
    const snapshot = this.newest();
    return {
      feed: this.feed.name,
      snapshot,
      problem: snapshot === null ? this.absence(demand) : this.shortcoming(snapshot, demand),
      freshForMs: this.tools.source.freshForMs,
    };
  }

  status(): FeedStatus {
    const { snapshot, problem } = this.answer(usualDemand());
    return {
      feed: this.feed.name,
      ...(problem ?? { state: 'FRESH', reason: null }),
      ...(snapshot === null ? NOTHING_KEPT : summary(snapshot)),
      lastSuccessTimeMs: this.#renewal.lastSuccessMs,
      lastErrorTimeMs: this.#renewal.lastErrorMs,
      upstreamCalls: this.#calls,
    };
  }

  /** The snapshot that may be served: not older than `keepFor`. */
  newest(): Snapshot | null {
    const snapshot = this.tools.store.newest(this.feed.name);
    const expired = snapshot !== null && this.ageMs(snapshot) > this.tools.source.keepForMs;
    return expired ? null : snapshot;
  }

  /** Lets go of a feed that is no longer listed. */
  forget(): void {
    this.#forgotten = true;
    this.tools.store.remove(this.feed.name);
  }

  private verdict(snapshot: Snapshot, demand: Demand): Verdict {
    const standing = {
      ageMs: this.ageMs(snapshot),
      freshForMs: this.tools.source.freshForMs,
      renewed: snapshot.revision > demand.sinceRevision,
      failing: this.#renewal.failure !== null,
    };
    return judge(standing, demand.freshness);
  }

  /** No snapshot: loading for the first time, or the last try failed. */
  private absence(demand: Demand): FeedProblem {
    const failed = this.failureReason;
    const waited = demand.outcome.waitedFor !== null && this.#renewal.readingSinceMs !== null;
    if (failed !== null) return this.problem('FAILED', failed);
    return this.problem('LOADING', waited ? 'TIMEOUT' : null);
  }

  private shortcoming(snapshot: Snapshot, demand: Demand): FeedProblem | null {
    if (this.verdict(snapshot, demand) === 'renew') {
      const slow = this.#renewal.readingSinceMs === null ? null : 'TIMEOUT';
      return this.problem('STALE', this.failureReason ?? slow);
    }
    return snapshot.truncated ? this.problem('TRUNCATED', 'LIMIT') : null;
  }

  private problem(state: FeedProblem['state'], reason: FailureReason | null): FeedProblem {
    return { feed: this.feed.name, state, reason, lastSuccessTimeMs: this.#renewal.lastSuccessMs };
  }

  /** True when the read under way has already outlived a whole deadline: waiting for it again is no use. */
  private overdue(): boolean {
    const since = this.#renewal.readingSinceMs;
    return since !== null && this.tools.clock() - since >= this.tools.deadlineMs;
  }

  private ageMs(snapshot: Snapshot): number {
    return Math.max(0, this.tools.clock() - snapshot.fetchTimeMs);
  }

  private read(traceparent: string | null): Promise<Attempt<ReadFeed>> {
    const run = {
      boundMs: this.tools.source.timeoutMs * CALLS_IN_A_ROW,
      traceparent,
      onCall: () => {
        this.#calls += 1;
      },
    };
    return this.tools.runner.run<ReadFeed>(run, async (context) => {
      const read = await this.tools.reader.readFeed(this.feed, context);
      return read.outcome === 'read' ? { value: read } : { failure: read.failure };
    });
  }

  private keep(read: ReadFeed): void {
    if (this.#forgotten) return;
    this.tools.store.keep({
      feed: this.feed,
      rows: read.rows,
      fetchTimeMs: this.tools.clock(),
      truncated: read.truncated,
      coveredSince: read.coveredSince,
      drift: read.drift,
      revision: this.tools.revisions.next(),
    });
  }
}

type SnapshotSummary = Pick<FeedStatus, 'taskCount' | 'fetchTimeMs' | 'coveredSince' | 'drift'>;

/** How a feed without a snapshot is summed up. */
export const NOTHING_KEPT: SnapshotSummary = {
  taskCount: null,
  fetchTimeMs: null,
  coveredSince: null,
  drift: {},
};

function summary({ rows, fetchTimeMs, coveredSince, drift }: Snapshot): SnapshotSummary {
  return { taskCount: rows.length, fetchTimeMs, coveredSince, drift };
}
