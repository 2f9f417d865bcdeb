import type { Clock } from '@/model/clock.js';
import type { CircuitStatus, ProblemState } from '@/model/collection.js';
import type { FailureReason } from '@/model/failure.js';
import type { ListedFeeds } from '@/model/provider.js';
import type { Demand } from './demand.js';
import { EarlyRenewal } from './early-renewal.js';
import type { SourceTools } from './keeper-tools.js';
import { ListSubject, RELIST_AFTER_MS } from './list-subject.js';
import { Renewal } from './renewal.js';
import type { SourceCircuit } from './source-circuit.js';
import { untilAnswered } from './until-answered.js';

/** What is wrong with a list of feeds. */
export interface ListTrouble {
  readonly state: ProblemState;
  readonly reason: FailureReason | null;
}

/** Keeps the list of a source's feeds: which clusters there are changes now and then. */
export class FeedList {
  readonly #subject: ListSubject;
  readonly #renewal: Renewal<ListedFeeds>;
  readonly #early: EarlyRenewal;
  readonly #clock: Clock;
  readonly #circuit: SourceCircuit;
  #isDoubted = false;
  /** What the store has at the start; null once it is known. */
  #warming: Promise<void> | null;

  constructor(tools: SourceTools, onFeeds: (feeds: ListedFeeds['feeds']) => void) {
    const { source, clock } = tools;
    this.#clock = clock;
    this.#circuit = tools.circuit;
    this.#early = new EarlyRenewal({
      freshForMs: RELIST_AFTER_MS,
      keepWarm: source.keepWarm,
      clock,
      renew: () => {
        this.renewEarly();
      },
    });
    this.#subject = new ListSubject(tools, {
      onHeld: (held) => {
        this.#isDoubted = false;
        this.#early.planAfter({ ...held, name: `${source.id} ${held.entry.version}` });
        onFeeds(held.value.feeds);
      },
      onFailure: () => {
        this.planNextTry();
      },
    });
    this.#renewal = new Renewal(this.#subject, tools);
    tools.circuit.onClose(() => {
      if (this.#renewal.resume()) this.#early.renewNow();
    });
    this.#warming = this.warm(tools);
  }

  get calls(): number {
    return this.#subject.calls;
  }

  get lastSuccessMs(): number | null {
    return this.#renewal.lastSuccessMs;
  }

  get lastErrorMs(): number | null {
    return this.#renewal.setbacks.lastErrorMs;
  }

  get circuitStatus(): CircuitStatus {
    return this.#renewal.circuitStatus;
  }

  /** Starts or joins the listing that a question needs. Answers what it must wait for; null when nothing. */
  want(demand: Demand): Promise<unknown> | null {
    this.#early.use();
    const { held } = this.#renewal;
    if (demand.freshness.onlyIfCached) return held === null ? this.#warming : null;
    const isForced = held !== null && !this.isAnswered(demand);
    if (!isForced && this.isCurrent()) return null;
    return this.renewFor(demand, isForced);
  }

  /** The next question lists again: a feed turned out not to be there any more. */
  doubt(): void {
    this.#isDoubted = true;
  }

  /** Resolves when no listing is under way, and plans no other. */
  settled(): Promise<void> {
    this.#early.stop();
    return this.#renewal.settled();
  }

  /** What keeps the list from being vouched for; null when it is current enough. */
  trouble(demand: Demand): ListTrouble | null {
    const { held } = this.#renewal;
    const failed = this.whyNot();
    if (held === null) return failed === null ? loading(demand) : { state: 'FAILED', reason: failed };
    const acceptedMs = 2 * RELIST_AFTER_MS + (demand.freshness.maxStaleMs ?? 0);
    if (failed !== null && this.ageMs() >= acceptedMs) return { state: 'STALE', reason: failed };
    const { truncation } = held.value;
    return truncation && { state: 'TRUNCATED', reason: truncation };
  }

  private whyNot(): FailureReason | null {
    return this.#renewal.setbacks.failure?.reason ?? (this.#circuit.isOpen ? 'CIRCUIT_OPEN' : null);
  }

  private renewFor(demand: Demand, isForced: boolean): Promise<unknown> | null {
    const { held } = this.#renewal;
    const { traceparent } = demand;
    const joined = this.#renewal.underWaySinceMs !== null;
    const over = this.#renewal.renew({ traceparent, forced: isForced || this.#isDoubted });
    const isAwaited = held === null || isForced;
    if (over === null || !isAwaited || this.#renewal.isShunned) return null;
    demand.noteWait({ missed: held === null, joined });
    const isAnswered = (): boolean => this.isAnswered(demand);
    return untilAnswered(this.#renewal, over, { isAnswered, traceparent });
  }

  private isAnswered(demand: Demand): boolean {
    const { held } = this.#renewal;
    return held !== null && (!demand.freshness.noCache || demand.isAnsweredBy(held));
  }

  private isCurrent(): boolean {
    return !this.#isDoubted && this.ageMs() < RELIST_AFTER_MS;
  }

  private ageMs(): number {
    const { held } = this.#renewal;
    return held === null ? Infinity : Math.max(0, this.#clock() - held.fetchTimeMs);
  }

  /** A list that the configuration names costs nothing to read. */
  private async warm({ feedsAreConfigured, source }: SourceTools): Promise<void> {
    if (!feedsAreConfigured) await this.#renewal.load();
    this.#warming = null;
    if (this.#renewal.held === null && (feedsAreConfigured || source.keepWarm)) this.renewEarly();
  }

  private renewEarly(): void {
    if (this.#renewal.renew({ traceparent: null, forced: false }) === null) this.planNextTry();
  }

  private planNextTry(): void {
    const source = this.#circuit.status.nextProbeTimeMs ?? 0;
    this.#early.planAfterFailure(Math.max(this.#renewal.setbacks.notBeforeMs, source));
  }
}

function loading(demand: Demand): ListTrouble {
  return { state: 'LOADING', reason: demand.outcome.waitedFor === null ? null : 'TIMEOUT' };
}
