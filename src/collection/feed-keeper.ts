import type { FeedAnswer, FeedProblem, FeedStatus } from '@/model/collection.js';
import type { Clock } from '@/model/clock.js';
import type { FailureReason } from '@/model/failure.js';
import type { Feed } from '@/model/feed.js';
import type { Snapshot } from '@/model/snapshot.js';
import { judge, type Verdict } from './acceptance.js';
import { usualDemand, type Demand } from './demand.js';
import { EarlyRenewal } from './early-renewal.js';
import { FeedSubject } from './feed-subject.js';
import type { Held } from './held.js';
import type { SourceTools } from './keeper-tools.js';
import { Renewal } from './renewal.js';
import { untilAnswered } from './until-answered.js';

/** Keeps one feed's snapshot. */
export class FeedKeeper {
  readonly #subject: FeedSubject;
  readonly #renewal: Renewal<Snapshot>;
  readonly #early: EarlyRenewal;
  readonly #clock: Clock;
  readonly #leaveCircuit: () => void;
  /** What the store has at the start; null once it is known. */
  #warming: Promise<void> | null;

  constructor(
    feed: Feed,
    private readonly tools: SourceTools,
  ) {
    const { source, clock } = tools;
    this.#clock = clock;
    this.#early = new EarlyRenewal({
      freshForMs: source.freshForMs,
      keepWarm: source.keepWarm,
      clock,
      renew: () => {
        this.renewEarly();
      },
    });
    this.#subject = new FeedSubject(feed, tools, {
      onHeld: (held) => {
        this.#early.planAfter({ ...held, name: `${feed.name} ${held.entry.version}` });
      },
      onFailure: () => {
        this.planNextTry();
      },
    });
    this.#renewal = new Renewal(this.#subject, tools);
    this.#leaveCircuit = tools.circuit.onClose(() => {
      if (this.#renewal.resume()) this.#early.renewNow();
    });
    this.#warming = this.warm();
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
    return this.#renewal.setbacks.failure?.reason ?? null;
  }

  /** Starts or joins the read that a question needs. Answers what it must wait for; null when nothing. */
  want(demand: Demand): Promise<unknown> | null {
    this.#early.use();
    const snapshot = this.newest();
    if (demand.freshness.onlyIfCached) return snapshot === null ? this.#warming : null;
    const verdict = this.verdict(demand);
    if (verdict === 'serve') return null;
    const joined = this.#renewal.underWaySinceMs !== null;
    const overdue = snapshot !== null && this.overdue();
    const { traceparent, freshness } = demand;
    const over = this.#renewal.renew({ traceparent, forced: freshness.noCache });
    if (verdict === 'serve-and-renew' || over === null || overdue || this.#renewal.isShunned) return null;
    demand.noteWait({ missed: snapshot === null, joined });
    return untilAnswered(this.#renewal, over, {
      isAnswered: () => this.verdict(demand) !== 'renew',
      traceparent,
    });
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
      lastErrorTimeMs: this.#renewal.setbacks.lastErrorMs,
      upstreamCalls: this.#subject.calls,
      circuit: this.#renewal.circuitStatus,
    };
  }

  /** The snapshot that may be served: not older than `keepFor`. */
  newest(): Snapshot | null {
    return this.servable()?.value ?? null;
  }

  /** Resolves when no read is under way, and plans no other. */
  settled(): Promise<void> {
    this.#early.stop();
    return this.#renewal.settled();
  }

  /** Lets go of a feed that is no longer listed. */
  forget(): void {
    this.#renewal.end();
    this.#leaveCircuit();
    this.#early.stop();
  }

  private servable(): Held<Snapshot> | null {
    const { held } = this.#renewal;
    return held !== null && this.ageMs(held) <= this.tools.source.keepForMs ? held : null;
  }

  private verdict(demand: Demand): Verdict {
    const held = this.servable();
    if (held === null) return 'renew';
    const standing = {
      ageMs: this.ageMs(held, demand.arrivedMs),
      freshForMs: this.tools.source.freshForMs,
      renewed: demand.isAnsweredBy(held),
      failing: this.#renewal.setbacks.failure !== null,
    };
    return judge(standing, demand.freshness);
  }

  /** No snapshot: loading for the first time, or the last try failed. */
  private absence(demand: Demand): FeedProblem {
    const failed = this.whyNot();
    const waited = demand.outcome.waitedFor !== null && this.#renewal.underWaySinceMs !== null;
    if (failed !== null) return this.problem('FAILED', failed);
    return this.problem('LOADING', waited ? 'TIMEOUT' : null);
  }

  private shortcoming(snapshot: Snapshot, demand: Demand): FeedProblem | null {
    if (this.verdict(demand) === 'renew') {
      const slow = this.#renewal.underWaySinceMs === null ? null : 'TIMEOUT';
      return this.problem('STALE', this.whyNot() ?? slow);
    }
    return snapshot.truncation && this.problem('TRUNCATED', snapshot.truncation);
  }

  private problem(state: FeedProblem['state'], reason: FailureReason | null): FeedProblem {
    return { feed: this.feed.name, state, reason, lastSuccessTimeMs: this.#renewal.lastSuccessMs };
  }

  /** Why there is nothing newer; null where nothing stands in the way. */
  private whyNot(): FailureReason | null {
    return this.failureReason ?? (this.tools.circuit.isOpen ? 'CIRCUIT_OPEN' : null);
  }

  /** True when the renewal under way has already outlived a whole deadline: waiting for it again is no use. */
  private overdue(): boolean {
    const since = this.#renewal.underWaySinceMs;
    return since !== null && this.#clock() - since >= this.tools.deadlineMs;
  }

  /** At a moment that has come already, else now: a question is not held to what it waits for meanwhile. */
  private ageMs({ fetchTimeMs }: Pick<Snapshot, 'fetchTimeMs'>, atMs = Infinity): number {
    return Math.max(0, Math.min(atMs, this.#clock()) - fetchTimeMs);
  }

  private async warm(): Promise<void> {
    await this.#renewal.load();
    this.#warming = null;
    if (this.#renewal.held === null && this.tools.source.keepWarm) this.renewEarly();
  }

  private renewEarly(): void {
    if (this.#renewal.renew({ traceparent: null, forced: false }) === null) this.planNextTry();
  }

  private planNextTry(): void {
    const source = this.tools.circuit.status.nextProbeTimeMs ?? 0;
    this.#early.planAfterFailure(Math.max(this.#renewal.setbacks.notBeforeMs, source));
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
