import { elapsedMs } from '@/model/clock.js';
import type { CircuitStatus } from '@/model/collection.js';
import type { Diagnosis } from '@/model/diagnosis.js';
import { isNotEnabled, type FailureReason } from '@/model/failure.js';
import type { Demand } from './demand.js';
import { EarlyRenewal } from './early-renewal.js';
import type { Held } from './held.js';
import type { SourceTools } from './keeper-tools.js';
import { Renewal } from './renewal.js';
import type { Subject } from './subject.js';
import { untilAnswered } from './until-answered.js';

export interface UpkeepRules<T> {
  readonly subject: Subject<T>;
  /** True where it is read at the start, whether or not anyone asks. */
  readonly readAtStart: boolean;
  /** Called when something new is held. */
  readonly onHeld?: (held: Held<T>) => void;
  /** Called when a read has failed, here or in another replica. */
  readonly onFailure?: (reason: FailureReason | null) => void;
}

/** What a question wants of something that is kept. */
export interface RenewalNeed {
  /** True when what another replica read before now will not do. */
  readonly forced: boolean;
  /** False: the renewal goes on behind the answer. */
  readonly isAwaited: boolean;
  /** True when there is nothing to answer with meanwhile. */
  readonly missed: boolean;
  /** True once what is held is good enough for the question. */
  readonly isAnswered: () => boolean;
}

/**
 * Keeps one thing of a source, a feed or the list of them: takes over what the store has, renews it when a question
 * needs it and, while it is in use, before it goes stale, and comes back by itself after failures.
 */
export class Upkeep<T> {
  readonly #renewal: Renewal<T>;
  readonly #early: EarlyRenewal;
  readonly #leaveCircuit: () => void;
  /** What the store has at the start; null once it is known. */
  #warming: Promise<void> | null;

  constructor(
    private readonly tools: SourceTools,
    { subject, readAtStart, onHeld, onFailure }: UpkeepRules<T>,
  ) {
    this.#early = new EarlyRenewal({
      freshForMs: subject.freshForMs,
      keepWarm: tools.source.keepWarm,
      clock: tools.clock,
      renew: () => {
        this.renewEarly();
      },
    });
    this.#renewal = new Renewal(subject, tools, {
      onHeld: (held) => {
        const ageMs = elapsedMs(tools.clock, held.agesFrom);
        this.#early.planAfter({ ageMs, isOwn: held.isOwn, name: `${subject.name} ${held.entry.version}` });
        onHeld?.(held);
      },
      onFailure: () => {
        this.planNextTry();
        onFailure?.(this.failureReason);
      },
    });
    this.#leaveCircuit = tools.circuit.onClose(() => {
      if (this.#renewal.resume()) this.#early.renewNow();
    });
    this.#warming = this.warm(readAtStart);
  }

  /** The newest that is known; null before there is one. */
  get held(): Held<T> | null {
    return this.#renewal.held;
  }

  /** Resolves when it is known what the store has; null once it is. */
  get warming(): Promise<void> | null {
    return this.#warming;
  }

  /** When the newest value was had. */
  get lastSuccessMs(): number | null {
    return this.#renewal.lastSuccessMs;
  }

  /** When a read last failed, whatever has happened since. */
  get lastErrorMs(): number | null {
    return this.#renewal.setbacks.lastErrorMs;
  }

  /** The reason of the last read, when it failed. */
  get failureReason(): FailureReason | null {
    return this.#renewal.setbacks.failure?.reason ?? null;
  }

  /** True when the upstream has only ever refused it as not enabled, as far as is known here. */
  get isNotEnabled(): boolean {
    const { held, setbacks } = this.#renewal;
    return held === null && setbacks.failure !== null && isNotEnabled(setbacks.failure);
  }

  /** Why there is nothing newer; null where nothing stands in the way. */
  get obstacle(): FailureReason | null {
    return this.failureReason ?? (this.tools.circuit.isOpen ? 'CIRCUIT_OPEN' : null);
  }

  /** What was seen of the failure that a reason stands for; null where none failed, or it was not told. */
  diagnosisOf(reason: FailureReason | null): Diagnosis | null {
    if (reason === 'CIRCUIT_OPEN') return this.tools.circuit.diagnosis;
    const { failure } = this.#renewal.setbacks;
    return failure?.reason === reason ? failure.diagnosis : null;
  }

  get isUnderWay(): boolean {
    return this.#renewal.underWaySinceMs !== null;
  }

  /** True when the renewal under way has already outlived a whole deadline: waiting for it again is no use. */
  get isOverdue(): boolean {
    const sinceMs = this.#renewal.underWaySinceMs;
    return sinceMs !== null && this.tools.clock.monotonicMs() - sinceMs >= this.tools.deadlineMs;
  }

  get circuitStatus(): CircuitStatus {
    return this.#renewal.circuitStatus;
  }

  /** Notes that somebody asked. */
  use(): void {
    this.#early.use();
  }

  /** Starts or joins the renewal that a question needs. Answers what it must wait for; null when nothing. */
  renewFor(demand: Demand, { forced, isAwaited, missed, isAnswered }: RenewalNeed): Promise<unknown> | null {
    const { trace } = demand;
    const joined = this.isUnderWay;
    const over = this.#renewal.renew({ trace, forced });
    if (over === null || !isAwaited || this.#renewal.isShunned) return null;
    demand.noteWait({ missed, joined });
    return untilAnswered(this.#renewal, over, { isAnswered, demand });
  }

  /** Resolves when nothing is under way, and plans nothing more. */
  settled(): Promise<void> {
    this.#early.stop();
    return this.#renewal.settled();
  }

  /** Nobody will ask any more. Resolves when what was under way has been cut. */
  async end(): Promise<void> {
    this.#leaveCircuit();
    const ending = this.#renewal.end();
    this.#early.stop();
    await ending;
    // What ended may have planned another try.
    this.#early.stop();
  }

  private async warm(readAtStart: boolean): Promise<void> {
    await this.#renewal.load();
    this.#warming = null;
    if (this.#renewal.held === null && readAtStart) this.renewEarly();
  }

  private renewEarly(): void {
    if (this.#renewal.renew({ trace: null, forced: false }) === null) this.planNextTry();
  }

  private planNextTry(): void {
    this.#early.planAfterFailure(Math.max(this.#renewal.setbacks.pauseMs, this.tools.circuit.pauseMs));
  }
}
