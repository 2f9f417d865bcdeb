import { elapsedMs, type Moment } from '@/model/clock.js';
import type { FeedAnswer, FeedProblem, FeedStatus } from '@/model/collection.js';
import type { FailureReason } from '@/model/failure.js';
import type { Feed } from '@/model/feed.js';
import type { Snapshot } from '@/model/snapshot.js';
import { judge, type Verdict } from './acceptance.js';
import { usualDemand, type Demand } from './demand.js';
import { FeedSubject } from './feed-subject.js';
import type { Held } from './held.js';
import type { SourceTools } from './keeper-tools.js';
import { Upkeep } from './upkeep.js';

/** Keeps one feed's snapshot. */
export class FeedKeeper {
  readonly #subject: FeedSubject;
  readonly #upkeep: Upkeep<Snapshot>;

  constructor(
    feed: Feed,
    private readonly tools: SourceTools,
    /** Called when the upstream does not know the feed. */
    onNotFound: () => void,
  ) {
    this.#subject = new FeedSubject(feed, tools);
    this.#upkeep = new Upkeep(tools, {
      subject: this.#subject,
      readAtStart: tools.source.keepWarm,
      onFailure: (reason) => {
        if (reason === 'NOT_FOUND') onNotFound();
      },
    });
  }

  get feed(): Feed {
    return this.#subject.feed;
  }

  /** Takes over what a new listing says of the feed. */
  set feed(feed: Feed) {
    this.#subject.feed = feed;
  }

  /** The reason of the last read, when it failed. */
  get failureReason(): FailureReason | null {
    return this.#upkeep.failureReason;
  }

  /** True when there was never a snapshot, as what the feed lists is not enabled at the upstream. */
  get isNotEnabled(): boolean {
    return this.#upkeep.isNotEnabled;
  }

  /** Starts or joins the read that a question needs. Answers what it must wait for; null when nothing. */
  want(demand: Demand): Promise<unknown> | null {
    this.#upkeep.use();
    const snapshot = this.newest();
    if (demand.freshness.onlyIfCached) return snapshot === null ? this.#upkeep.warming : null;
    const verdict = this.verdict(demand);
    if (verdict === 'serve') return null;
    const isOverdue = snapshot !== null && this.#upkeep.isOverdue;
    return this.#upkeep.renewFor(demand, {
      forced: demand.freshness.noCache,
      isAwaited: verdict === 'renew' && !isOverdue && !this.isNotEnabled,
      missed: snapshot === null,
      isAnswered: () => this.verdict(demand) !== 'renew',
    });
  }

  /** What there is now, judged by what the question accepts. */
  answer(demand: Demand): FeedAnswer {
    const held = this.servable();
    const snapshot = held?.value ?? null;
    return {
      feed: this.feed.name,
      snapshot,
      agesFrom: held?.agesFrom ?? null,
      problem: snapshot === null ? this.absence(demand) : this.shortcoming(snapshot, demand),
      freshForMs: this.tools.source.freshForMs,
    };
  }

  status(): FeedStatus {
    const { snapshot, agesFrom, problem } = this.answer(usualDemand());
    return {
      feed: this.feed.name,
      ...(problem ?? { state: 'FRESH', reason: null }),
      diagnosis: this.#upkeep.diagnosisOf(problem?.reason ?? null),
      ...(snapshot === null ? NOTHING_KEPT : summary(snapshot)),
      ageMs: agesFrom === null ? null : elapsedMs(this.tools.clock, agesFrom),
      lastSuccessTimeMs: this.#upkeep.lastSuccessMs,
      lastErrorTimeMs: this.#upkeep.lastErrorMs,
      upstreamCalls: this.#subject.calls,
      circuit: this.#upkeep.circuitStatus,
    };
  }

  /** The snapshot that may be served: not older than `keepFor`. */
  newest(): Snapshot | null {
    return this.servable()?.value ?? null;
  }

  /** Resolves when no read is under way, and plans no other. */
  settled(): Promise<void> {
    return this.#upkeep.settled();
  }

  /** Lets go of a feed that is no longer listed. Resolves when its read has ended. */
  forget(): Promise<void> {
    return this.#upkeep.end();
  }

  private servable(): Held<Snapshot> | null {
    const { held } = this.#upkeep;
    return held !== null && this.ageMs(held.agesFrom) <= this.tools.source.keepForMs ? held : null;
  }

  private verdict(demand: Demand): Verdict {
    const held = this.servable();
    if (held === null) return 'renew';
    const standing = {
      ageMs: this.ageMs(held.agesFrom, demand.arrivedMs),
      freshForMs: this.tools.source.freshForMs,
      renewed: demand.isAnsweredBy(held),
      failing: this.failureReason !== null,
    };
    return judge(standing, demand.freshness);
  }

  /** No snapshot: loading for the first time, or the last try failed. */
  private absence(demand: Demand): FeedProblem {
    const failed = this.#upkeep.obstacle;
    const waited = demand.outcome.waitedFor !== null && this.#upkeep.isUnderWay;
    if (failed !== null) return this.problem('FAILED', failed);
    return this.problem('LOADING', waited ? 'TIMEOUT' : null);
  }

  private shortcoming(snapshot: Snapshot, demand: Demand): FeedProblem | null {
    if (this.verdict(demand) === 'renew') {
      const slow = this.#upkeep.isUnderWay ? 'TIMEOUT' : null;
      return this.problem('STALE', this.#upkeep.obstacle ?? slow);
    }
    return snapshot.truncation && this.problem('TRUNCATED', snapshot.truncation);
  }

  private problem(state: FeedProblem['state'], reason: FailureReason | null): FeedProblem {
    return { feed: this.feed.name, state, reason, lastSuccessTimeMs: this.#upkeep.lastSuccessMs };
  }

  /** At a moment that has come already, else now: a question is not held to what it waits for meanwhile. */
  private ageMs(agesFrom: Moment, atMs = Infinity): number {
    const { clock } = this.tools;
    const sinceMs = Math.max(0, clock.monotonicMs() - atMs);
    return Math.max(0, elapsedMs(clock, agesFrom) - sinceMs);
  }
}

type SnapshotSummary = Pick<
  FeedStatus,
  'taskCount' | 'fetchTimeMs' | 'coveredSince' | 'drift' | 'driftExamples'
>;

/** How a feed without a snapshot is summed up. */
export const NOTHING_KEPT: SnapshotSummary = {
  taskCount: null,
  fetchTimeMs: null,
  coveredSince: null,
  drift: {},
  driftExamples: {},
};

function summary({ rows, fetchTimeMs, coveredSince, drift, driftExamples }: Snapshot): SnapshotSummary {
  return { taskCount: rows.length, fetchTimeMs, coveredSince, drift, driftExamples };
}
