import { elapsedMs, type Clock } from '@/model/clock.js';
import type { Diagnosis } from '@/model/diagnosis.js';
import type { CircuitStatus, FeedStatus, ProblemState } from '@/model/collection.js';
import type { FailureReason } from '@/model/failure.js';
import type { ListedFeeds } from '@/model/provider.js';
import type { Demand } from './demand.js';
import type { SourceTools } from './keeper-tools.js';
import { ListSubject, RELIST_AFTER_MS } from './list-subject.js';
import { Upkeep } from './upkeep.js';

/** What is wrong with a list of feeds. */
export interface ListTrouble {
  readonly state: ProblemState;
  readonly reason: FailureReason | null;
}

/** Keeps the list of a source's feeds: which clusters there are changes now and then. */
export class FeedList {
  readonly #subject: ListSubject;
  readonly #upkeep: Upkeep<ListedFeeds>;
  readonly #clock: Clock;
  #isDoubted = false;

  constructor(tools: SourceTools, onFeeds: (feeds: ListedFeeds['feeds']) => void) {
    this.#clock = tools.clock;
    this.#subject = new ListSubject(tools);
    this.#upkeep = new Upkeep(tools, {
      subject: this.#subject,
      // A list that the configuration names costs nothing to read.
      readAtStart: tools.feedsAreConfigured || tools.source.keepWarm,
      onHeld: ({ value }) => {
        this.#isDoubted = false;
        onFeeds(value.feeds);
      },
    });
  }

  /** True once there is a list, however old. */
  get isKnown(): boolean {
    return this.#upkeep.held !== null;
  }

  /** Of the rows of the newest list. */
  get drift(): Pick<FeedStatus, 'drift' | 'driftExamples'> {
    const { drift = {}, driftExamples = {} } = this.#upkeep.held?.value ?? {};
    return { drift, driftExamples };
  }

  get calls(): number {
    return this.#subject.calls;
  }

  get lastSuccessMs(): number | null {
    return this.#upkeep.lastSuccessMs;
  }

  get lastErrorMs(): number | null {
    return this.#upkeep.lastErrorMs;
  }

  get circuitStatus(): CircuitStatus {
    return this.#upkeep.circuitStatus;
  }

  /** Starts or joins the listing that a question needs. Answers what it must wait for; null when nothing. */
  want(demand: Demand): Promise<unknown> | null {
    this.#upkeep.use();
    const { held } = this.#upkeep;
    if (demand.freshness.onlyIfCached) return held === null ? this.#upkeep.warming : null;
    const isForced = held !== null && !this.isAnswered(demand);
    if (!isForced && this.isCurrent()) return null;
    return this.#upkeep.renewFor(demand, {
      forced: isForced || this.#isDoubted,
      isAwaited: held === null || isForced,
      missed: held === null,
      isAnswered: () => this.isAnswered(demand),
    });
  }

  /** The next question lists again: a feed turned out not to be there any more. */
  doubt(): void {
    this.#isDoubted = true;
  }

  /** Resolves when no listing is under way, and plans no other. */
  settled(): Promise<void> {
    return this.#upkeep.settled();
  }

  /** What was seen of the failure that a reason stands for; null where none failed, or it was not told. */
  diagnosisOf(reason: FailureReason | null): Diagnosis | null {
    return this.#upkeep.diagnosisOf(reason);
  }

  /** What keeps the list from being vouched for; null when it is current enough. */
  trouble(demand: Demand): ListTrouble | null {
    const { held, obstacle: failed } = this.#upkeep;
    if (held === null) return failed === null ? loading(demand) : { state: 'FAILED', reason: failed };
    const acceptedMs = 2 * RELIST_AFTER_MS + (demand.freshness.maxStaleMs ?? 0);
    if (failed !== null && this.ageMs() >= acceptedMs) return { state: 'STALE', reason: failed };
    const { truncation } = held.value;
    return truncation && { state: 'TRUNCATED', reason: truncation };
  }

  private isAnswered(demand: Demand): boolean {
    const { held } = this.#upkeep;
    return held !== null && (!demand.freshness.noCache || demand.isAnsweredBy(held));
  }

  private isCurrent(): boolean {
    return !this.#isDoubted && this.ageMs() < RELIST_AFTER_MS;
  }

  private ageMs(): number {
    const { held } = this.#upkeep;
    return held === null ? Infinity : elapsedMs(this.#clock, held.agesFrom);
  }
}

/** While nothing is known of the feeds. */
export function loading(demand: Demand): ListTrouble {
  return { state: 'LOADING', reason: demand.outcome.waitedFor === null ? null : 'TIMEOUT' };
}
