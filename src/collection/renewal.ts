import { elapsedMs, momentOf } from '@/model/clock.js';
import type { CircuitStatus } from '@/model/collection.js';
import type { Failure } from '@/model/failure.js';
import type { TraceContext } from '@/model/trace-context.js';
import type { Backoff, Claim, Content, Entry, Lease, StoreEvent } from '@/snapshots/snapshot-store.js';
import { backoffAsNews } from './backoff-as-news.js';
import { Bell } from './bell.js';
import { FailureLog } from './failure-log.js';
import type { Held } from './held.js';
import { JoinedSignal } from './joined-signal.js';
import { OWN_FAULT } from './read-runner.js';
import type { RenewalTools, RenewalWish, UnderWay } from './renewal-tools.js';
import { Setbacks } from './setbacks.js';
import { readMoment } from './read-moment.js';
import type { RenewalEvents, Subject } from './subject.js';

/** While another replica reads, its result is looked for this often, should the news of it be lost. */
const LOOK_EVERY_MS = 1_000;
/** A store that promises something newer and does not have it is asked again after this. */
const RIDDLE_MS = 100;

/** Keeps one thing: one read at a time, in this process and among replicas, however many ask. */
export class Renewal<T> {
  readonly setbacks: Setbacks;
  /** Rings whenever something new is held, a failure became known, or a renewal is over. */
  readonly bell = new Bell();
  readonly #log: FailureLog;
  #held: Held<T> | null = null;
  /** The newest version that came from the store, readable or not. */
  #seen: number | null = null;
  /** The newest entry that another replica told of as it kept it, and when, by the monotonic clock. */
  #announced = { version: 0, atMs: 0 };
  #underWay: UnderWay | null = null;
  #loading: Promise<void> | null = null;
  /** Aborted when nobody will ask any more. */
  readonly #ended = new AbortController();

  constructor(
    private readonly subject: Subject<T>,
    private readonly tools: RenewalTools,
    private readonly events: RenewalEvents<T>,
  ) {
    this.setbacks = new Setbacks(tools.clock);
    this.#log = new FailureLog(subject.feedName, tools.runner.log);
    tools.desk.subscribe(subject.name, (news) => {
      this.hear(news);
    });
  }

  /** The newest that is known; null before there is one. */
  get held(): Held<T> | null {
    return this.#held;
  }

  /** When the newest value was had. */
  get lastSuccessMs(): number | null {
    return this.#held?.fetchTimeMs ?? null;
  }

  /** Since when a renewal is under way, by the monotonic clock; null when none is. */
  get underWaySinceMs(): number | null {
    return this.#underWay?.startedMs ?? null;
  }

  /** True while that renewal goes on. */
  isUnderWay(renewal: Promise<void>): boolean {
    return this.#underWay?.done === renewal;
  }

  /** Whether reads of it go out; see `Setbacks.isOpen`. */
  get circuitStatus(): CircuitStatus {
    const { isOpen, pauseMs } = this.setbacks;
    if (!isOpen) return { state: 'CLOSED', nextProbeTimeMs: null };
    if (this.#underWay !== null) return { state: 'HALF_OPEN', nextProbeTimeMs: null };
    return { state: 'OPEN', nextProbeTimeMs: this.tools.clock.wallMs() + pauseMs };
  }

  /** True while nobody is to wait for it: it failed repeatedly, and what is under way is but a probe. */
  get isShunned(): boolean {
    return this.#underWay?.isProbe ?? (this.setbacks.isShunned || this.tools.circuit.isOpen);
  }

  /** Joins the renewal under way or starts one. Resolves when it is over, whatever came of it; null while paused. */
  renew(wish: RenewalWish): Promise<void> | null {
    if (this.#underWay === null) {
      const { circuit, clock } = this.tools;
      if (this.isCut() || this.setbacks.paused || !circuit.admit(this.subject.name)) return null;
      const isProbe = this.setbacks.isShunned || circuit.isOpen;
      const startedMs = clock.monotonicMs();
      const done = this.run(wish, startedMs)
        .catch((fault: unknown) => {
          this.noteFault(fault);
        })
        .finally(() => {
          this.#underWay = null;
          circuit.end(this.subject.name);
          this.bell.ring();
        });
      this.#underWay = { done, startedMs, isProbe };
    }
    return this.#underWay.done;
  }

  /** The upstream is well again: a next read need not wait. True where the last one failed. */
  resume(): boolean {
    this.setbacks.resume();
    return this.setbacks.failure !== null;
  }

  /** Takes over what the store has, without a read. Never rejects: a fault counts as a failed read. */
  load(): Promise<void> {
    this.#loading ??= this.loadNewer()
      .catch((fault: unknown) => {
        this.noteFault(fault);
      })
      .finally(() => {
        this.#loading = null;
      });
    return this.#loading;
  }

  /** Resolves when no renewal is under way. */
  async settled(): Promise<void> {
    await this.#underWay?.done;
  }

  /** Nobody will ask any more: what is under way is cut, and forgotten with the rest. Resolves when that is done. */
  async end(): Promise<void> {
    const { desk, circuit, store } = this.tools;
    desk.unsubscribe(this.subject.name);
    this.#ended.abort();
    this.bell.ring();
    await Promise.all([this.#underWay?.done, this.#loading]);
    circuit.leave(this.subject.name);
    store.forget(this.subject.name);
  }

  private async run(wish: RenewalWish, startedMs: number): Promise<void> {
    const before = this.#held;
    const isOver = (): boolean => this.isCut() || this.isRenewedSince(before, startedMs, wish);
    await this.tools.runner.turn();
    do {
      // In each round: what was loaded in the last one may have been read a moment ago.
      await this.keepDistance();
      if (isOver()) return;
      const claim = await this.tools.store.claim(this.subject.name, {
        held: this.#seen,
        nowMs: this.tools.clock.wallMs(),
      });
      if (await this.follow(claim, wish)) return;
    } while (!isOver());
  }

  /** Does what a claim allows. True when the renewal is over. */
  private async follow(claim: Claim, { trace }: RenewalWish): Promise<boolean> {
    switch (claim.outcome) {
      case 'granted':
        return this.readUnder(claim.lease, trace);
      case 'newer':
        return this.loadOrPause();
      case 'busy':
        return this.awaitOther(claim.forMs);
      case 'paused':
        this.adoptFailure(claim.backoff);
        return true;
    }
  }

  /** True when the read was had or failed; false when the lease was lost meanwhile. */
  private async readUnder(lease: Lease, trace: TraceContext | null): Promise<boolean> {
    const previous = this.#held?.entry ?? null;
    const lost = new JoinedSignal([lease.lost, this.#ended.signal]);
    const attempt = await this.subject.read({ lost: lost.signal, trace, previous });
    lost.release();
    if ('content' in attempt) return this.keep(lease, attempt.content, previous);
    const isCut = this.isCut() || lease.lost.aborted;
    await lease.giveUp(isCut ? null : this.noteFailure(attempt.failure));
    return !lease.lost.aborted;
  }

  /** True when the content is kept; false when the lease was lost meanwhile. */
  private async keep(lease: Lease, content: Content, previous: Entry | null): Promise<boolean> {
    try {
      const entry = await lease.keep(content, previous);
      if (entry === null) return false;
      this.adopt(entry, true);
      return true;
    } catch (fault) {
      await lease.giveUp(null);
      throw fault;
    }
  }

  /** A fault of our own counts as a failed read, so that it is told, and tried again. */
  private noteFault(fault: unknown): void {
    this.tools.runner.report(fault);
    this.noteFailure(OWN_FAULT);
  }

  private noteSuccess(endedMs: number, isOwn: boolean): void {
    this.setbacks.clear();
    this.#log.succeeded(isOwn);
    this.tools.circuit.succeed(endedMs);
  }

  private noteFailure(failure: Failure): Backoff {
    const backoff = this.setbacks.add(failure);
    this.#log.failed(failure, true);
    this.tools.circuit.fail(this.subject.name, failure);
    this.events.onFailure();
    return backoff;
  }

  private adoptFailure(backoff: Backoff): void {
    if (!this.setbacks.adopt(backoff, this.#held?.agesFrom.monotonicMs ?? null)) return;
    const { reason, diagnosis } = backoff;
    const failure = { reason, retryAfterMs: null, diagnosis };
    this.#log.failed(failure, false);
    this.tools.circuit.fail(this.subject.name, failure);
    this.events.onFailure();
  }

  /** Waits for the other's news. True when they say that it failed. */
  private async awaitOther(forMs: number): Promise<boolean> {
    const failures = this.setbacks.count;
    await this.bell.ringsWithin(Math.min(Math.max(forMs, 50), LOOK_EVERY_MS), this.tools.runner.stopped);
    return this.setbacks.count !== failures;
  }

  /** True when it could not be loaded for a fault of our own. */
  private async loadOrPause(): Promise<boolean> {
    const seen = this.#seen;
    const failures = this.setbacks.count;
    await this.load();
    if (this.setbacks.count !== failures) return true;
    if (this.#seen === seen) await this.bell.ringsWithin(RIDDLE_MS, this.tools.runner.stopped);
    return false;
  }

  /** True when what is under way is to end. */
  private isCut(): boolean {
    return this.tools.runner.stopped.aborted || this.#ended.signal.aborted;
  }

  /** What is being loaded already may be older than the news. */
  private async loadUpTo(version: number): Promise<void> {
    if ((this.#seen ?? 0) < version) await this.load();
    if ((this.#seen ?? 0) < version) await this.load();
  }

  private async loadNewer(): Promise<void> {
    const entry = await this.tools.store.load(this.subject.name, this.#held?.entry ?? null);
    if (entry !== null) this.adopt(entry, false);
  }

  /** A read of another replica will do when it ended after this began, or, unless forced, when it is fresh. */
  private isRenewedSince(before: Held<T> | null, startedMs: number, { forced }: RenewalWish): boolean {
    const held = this.#held;
    if (held === null || held === before) return false;
    if (held.agesFrom.monotonicMs >= startedMs) return true;
    return !forced && elapsedMs(this.tools.clock, held.agesFrom) < this.subject.freshForMs;
  }

  /** However many ask for what is newest: reads keep a distance. */
  private async keepDistance(): Promise<void> {
    if (this.#held === null) return;
    const waitMs = this.subject.spacingMs - elapsedMs(this.tools.clock, this.#held.agesFrom);
    const stopped = this.tools.runner.stopped;
    if (waitMs > 0) await new Bell().ringsWithin(waitMs, stopped);
  }

  private adopt(entry: Entry, isOwn: boolean): void {
    this.#seen = Math.max(this.#seen ?? 0, entry.version);
    if (this.#held !== null && entry.version <= this.#held.entry.version) return;
    const decoded = this.subject.decode(entry, this.#held?.value ?? null);
    if (decoded === null) return;
    const { revisions, clock } = this.tools;
    const now = momentOf(clock);
    const { version, atMs } = this.#announced;
    const endedMs = entry.endedMs ?? (version === entry.version ? atMs : undefined);
    const agesFrom = readMoment({ ...decoded, endedMs }, now, this.subject.freshForMs);
    const fetchTimeMs = Math.min(decoded.fetchTimeMs, now.wallMs);
    const serial = revisions.next();
    this.hold({ entry, value: decoded.value, agesFrom, fetchTimeMs, serial, isOwn });
    if (this.setbacks.failedMs <= agesFrom.monotonicMs) this.noteSuccess(agesFrom.monotonicMs, isOwn);
    this.bell.ring();
  }

  /** What cannot be taken over by whoever needs it is not held, so that it is read again. */
  private hold(held: Held<T>): void {
    const before = this.#held;
    this.#held = held;
    try {
      this.events.onHeld(held);
    } catch (fault) {
      this.#held = before;
      throw fault;
    }
  }

  private hear(news: StoreEvent): void {
    if ('backoff' in news) {
      this.adoptFailure(backoffAsNews(news.backoff, this.tools.clock.wallMs()));
      this.bell.ring();
    } else {
      if (news.isLate !== true) {
        this.#announced = { version: news.version, atMs: this.tools.clock.monotonicMs() };
      }
      void this.loadUpTo(news.version);
    }
  }
}
