import type { Clock } from '@/model/clock.js';
import type { Failure } from '@/model/failure.js';
import type { Claim, Content, Entry, Lease, News, SnapshotStore } from '@/snapshots/snapshot-store.js';
import { Bell } from './bell.js';
import type { Held } from './held.js';
import type { NewsDesk } from './news-desk.js';
import type { ReadRunner } from './read-runner.js';
import type { Revisions } from './revisions.js';
import { Setbacks } from './setbacks.js';

/** What one read came to. */
export type Attempt = { readonly content: Content } | { readonly failure: Failure };

/** Something that is read from an upstream now and then, and kept for all replicas. */
export interface Subject<T> {
  /** Names it in the store. */
  readonly name: string;
  /** What another replica read is taken as current while it is younger than this. */
  readonly freshForMs: number;
  /** A wished renewal begins no sooner than this after the last read ended. */
  readonly spacingMs: number;
  /** Reads it whole. Never rejects. */
  readonly read: (run: ReadWish) => Promise<Attempt>;
  /** null for what another release may have written. */
  readonly decode: (entry: Entry) => { readonly value: T; readonly fetchTimeMs: number } | null;
  readonly onHeld: (held: Held<T>) => void;
}

export interface ReadWish {
  /** Aborted when another replica may be reading. */
  readonly lost: AbortSignal;
  readonly traceparent: string | null;
  readonly previous: Entry | null;
}

export interface RenewalTools {
  readonly store: SnapshotStore;
  readonly desk: NewsDesk;
  readonly runner: ReadRunner;
  readonly revisions: Revisions;
  readonly clock: Clock;
}

/** What a renewal is for. */
export interface RenewalWish {
  readonly traceparent: string | null;
  /** True when what another replica read before now will not do. */
  readonly forced: boolean;
}

interface UnderWay {
  readonly done: Promise<void>;
  readonly startedMs: number;
}

/** While another replica reads, its result is looked for this often, should the news of it be lost. */
const LOOK_EVERY_MS = 1_000;
/** A store that promises something newer and does not have it is asked again after this. */
const RIDDLE_MS = 100;

/** Keeps one thing: one read at a time, in this process and among replicas, however many ask. */
export class Renewal<T> {
  readonly setbacks: Setbacks;
  /** Rings whenever something new is held, or a failure of another replica became known. */
  readonly bell = new Bell();
  #held: Held<T> | null = null;
  /** The newest version that came from the store, readable or not. */
  #seen: number | null = null;
  #underWay: UnderWay | null = null;
  #loading: Promise<void> | null = null;

  constructor(
    private readonly subject: Subject<T>,
    private readonly tools: RenewalTools,
  ) {
    this.setbacks = new Setbacks(tools.clock);
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

  /** Since when a renewal is under way; null when none is. */
  get underWaySinceMs(): number | null {
    return this.#underWay?.startedMs ?? null;
  }

  /** Joins the renewal under way or starts one. Resolves when it is over, whatever came of it; null while paused. */
  renew(wish: RenewalWish): Promise<void> | null {
    if (this.#underWay === null) {
      if (this.setbacks.paused) return null;
      const startedMs = this.tools.clock();
      const done = this.run(wish, startedMs).finally(() => {
        this.#underWay = null;
      });
      this.#underWay = { done, startedMs };
    }
    return this.#underWay.done;
  }

  /** Takes over what the store has, without a read. Never rejects. */
  load(): Promise<void> {
    this.#loading ??= this.loadNewer().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  /** Resolves when no renewal is under way. */
  async settled(): Promise<void> {
    await this.#underWay?.done;
  }

  /** Nobody will ask any more. */
  end(): void {
    this.tools.desk.unsubscribe(this.subject.name);
  }

  private async run(wish: RenewalWish, startedMs: number): Promise<void> {
    const before = this.#held;
    const isOver = (): boolean =>
      this.tools.runner.stopped.aborted || this.isRenewedSince(before, startedMs, wish);
    do {
      // In each round: what was loaded in the last one may have been read a moment ago.
      await this.keepDistance();
      if (isOver()) return;
      const claim = await this.tools.store.claim(this.subject.name, {
        held: this.#seen,
        nowMs: this.tools.clock(),
      });
      if (await this.follow(claim, wish)) return;
    } while (!isOver());
  }

  /** Does what a claim allows. True when the renewal is over. */
  private async follow(claim: Claim, { traceparent }: RenewalWish): Promise<boolean> {
    switch (claim.outcome) {
      case 'granted':
        return this.readUnder(claim.lease, traceparent);
      case 'newer':
        await this.loadOrPause();
        return false;
      case 'busy':
        return this.awaitOther(claim.forMs);
      case 'paused':
        this.setbacks.adopt(claim.backoff, this.lastSuccessMs);
        return true;
    }
  }

  /** True when the read was had or failed; false when the lease was lost meanwhile. */
  private async readUnder(lease: Lease, traceparent: string | null): Promise<boolean> {
    const previous = this.#held?.entry ?? null;
    const attempt = await this.subject.read({ lost: lease.lost, traceparent, previous });
    if ('content' in attempt) {
      const entry = await lease.keep(attempt.content, previous);
      if (entry === null) return false;
      this.adopt(entry, true);
      return true;
    }
    const cut = this.tools.runner.stopped.aborted || lease.lost.aborted;
    await lease.giveUp(cut ? null : this.setbacks.add(attempt.failure));
    return !lease.lost.aborted;
  }

  /** Waits for the other's news. True when they say that it failed. */
  private async awaitOther(forMs: number): Promise<boolean> {
    const failedMs = this.setbacks.lastErrorMs;
    await this.bell.ringsWithin(Math.min(Math.max(forMs, 50), LOOK_EVERY_MS), this.tools.runner.stopped);
    return this.setbacks.lastErrorMs !== failedMs;
  }

  private async loadOrPause(): Promise<void> {
    const seen = this.#seen;
    await this.load();
    if (this.#seen === seen) await this.bell.ringsWithin(RIDDLE_MS, this.tools.runner.stopped);
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
    if (held.fetchTimeMs >= startedMs) return true;
    return !forced && this.tools.clock() - held.fetchTimeMs < this.subject.freshForMs;
  }

  /** However many ask for what is newest: reads keep a distance. */
  private async keepDistance(): Promise<void> {
    if (this.#held === null) return;
    const waitMs = this.#held.fetchTimeMs + this.subject.spacingMs - this.tools.clock();
    const stopped = this.tools.runner.stopped;
    if (waitMs > 0) await new Bell().ringsWithin(Math.min(waitMs, this.subject.spacingMs), stopped);
  }

  private adopt(entry: Entry, isOwn: boolean): void {
    this.#seen = Math.max(this.#seen ?? 0, entry.version);
    if (this.#held !== null && entry.version <= this.#held.entry.version) return;
    const decoded = this.subject.decode(entry);
    if (decoded === null) return;
    const { revisions, clock } = this.tools;
    const fetchTimeMs = Math.min(decoded.fetchTimeMs, clock());
    this.#held = { entry, value: decoded.value, fetchTimeMs, serial: revisions.next(), isOwn };
    if ((this.setbacks.lastErrorMs ?? 0) <= fetchTimeMs) this.setbacks.clear();
    this.subject.onHeld(this.#held);
    this.bell.ring();
  }

  private hear(news: News): void {
    if ('backoff' in news) {
      this.setbacks.adopt(news.backoff, this.lastSuccessMs);
      this.bell.ring();
    } else {
      void this.loadUpTo(news.version);
    }
  }
}
