import { elapsedMs, momentOf } from '@/model/clock.js';
import type { Claim, Content, Entry, Lease, StoreEvent } from '@/snapshots/snapshot-store.js';
import {
  readMoment,
  type CacheableResource,
  type CachedValue,
  type ReadResult,
} from './cacheable-resource.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import type { SourceDependencies } from './dependencies.js';
import { INTERNAL_ERROR } from './read-runner.js';
import { Signal } from './signal.js';

/** While another replica reads, its result is looked for this often, in case its event is lost. */
const POLL_MS = 1_000;
const MIN_POLL_MS = 50;
/** The store is asked again after this time if it said that it has something newer and then did not. */
const INCONSISTENT_READ_RETRY_MS = 100;

export interface SharedValueOptions<T> {
  readonly resource: CacheableResource<T>;
  readonly breaker: CircuitBreaker;
  /** Called with each new value. If it throws, the value is not kept, so that it is read again. */
  readonly onValue: (value: CachedValue<T>) => void;
}

export interface SharedRefreshOptions {
  /** True if what another replica read before now will not do. */
  readonly forced: boolean;
}

/**
 * A value that replicas share through the store. One of them at a time reads it, under a lease of the store; the others
 * take over what it has read, and its failures.
 */
export class SharedValue<T> {
  /** Notified when there is a new value or failure. */
  readonly changed = new Signal();
  #value: CachedValue<T> | null = null;
  /** The newest version that came from the store, whether or not it could be decoded. */
  #seenVersion: number | null = null;
  /** The newest entry that another replica announced as it kept it, and when, by the monotonic clock. */
  #announced = { version: 0, atMs: 0 };
  #loading: Promise<void> | null = null;
  /** Aborted when nobody needs the value any more. */
  readonly #ended = new AbortController();
  readonly #unsubscribe: () => boolean;
  /** Until the first claim of a changed source: what failed before, failed with another configuration. */
  #ignoresBackoff: boolean;

  constructor(
    private readonly dependencies: SourceDependencies,
    private readonly options: SharedValueOptions<T>,
  ) {
    this.#unsubscribe = dependencies.backplane.subscribe(options.resource.name, (event) => {
      this.onStoreEvent(event);
    });
    this.#ignoresBackoff = dependencies.isChanged;
  }

  /** The newest value; null before there is one. */
  get value(): CachedValue<T> | null {
    return this.#value;
  }

  /** True when reads must end, as the process stops or nobody needs the value any more. */
  get isStopped(): boolean {
    return this.dependencies.runner.stopped.aborted || this.#ended.signal.aborted;
  }

  /** Takes over what the store has, without a read. Never rejects. */
  load(): Promise<void> {
    this.#loading ??= this.loadNewer()
      .catch(this.noteError)
      .finally(() => {
        this.#loading = null;
      });
    return this.#loading;
  }

  /** Resolves when there is a newer value, a read failed, or reads must end. Never rejects. */
  async refresh(options: SharedRefreshOptions): Promise<void> {
    try {
      await this.claimUntilOver(options);
    } catch (error) {
      this.noteError(error);
    }
  }

  /** Aborts the read in flight, which is `refreshing`, and removes the value from this process. */
  async end(refreshing: Promise<void> | undefined): Promise<void> {
    const { resource, breaker } = this.options;
    const isLast = this.#unsubscribe();
    this.#ended.abort();
    this.changed.notify();
    await Promise.all([refreshing, this.#loading]);
    breaker.remove(resource.name);
    if (isLast) this.dependencies.store.forget(resource.name);
  }

  private async claimUntilOver(options: SharedRefreshOptions): Promise<void> {
    const { clock, runner, store } = this.dependencies;
    const before = this.#value;
    const startedMs = clock.monotonicMs();
    const isOver = (): boolean =>
      this.isStopped || (this.#value !== before && this.isRecent(startedMs, options));
    await runner.turn();
    do {
      // In each round: what the last round loaded may have been read a moment ago.
      await this.awaitMinRefresh();
      if (isOver()) return;
      const request = {
        held: this.#seenVersion,
        nowMs: clock.wallMs(),
        ignoresBackoff: this.#ignoresBackoff,
      };
      const claim = await store.claim(this.options.resource.name, request);
      if (claim.outcome === 'granted') this.#ignoresBackoff = false;
      if (await this.follow(claim)) return;
    } while (!isOver());
  }

  /** Does what a claim allows. True when the refresh is over. */
  private async follow(claim: Claim): Promise<boolean> {
    switch (claim.outcome) {
      case 'granted':
        return this.readUnder(claim.lease);
      case 'newer':
        return this.loadClaimed();
      case 'busy':
        return this.awaitOther(claim.forMs);
      case 'paused':
        this.options.breaker.adopt(this.options.resource.name, claim.backoff);
        return true;
    }
  }

  /** True when the read succeeded or failed; false when the lease was lost. */
  private async readUnder(lease: Lease): Promise<boolean> {
    const { resource, breaker } = this.options;
    const previous = this.#value?.entry ?? null;
    const beganMs = this.dependencies.clock.monotonicMs();
    const result = await resource.read({
      signals: [lease.lost, this.#ended.signal],
      previous,
      isPreviousOwn: this.#value?.isOwn ?? false,
    });
    const wasAborted = this.isStopped || lease.lost.aborted;
    if (!wasAborted) this.noteRead(result, beganMs);
    if ('content' in result) return this.keep(lease, result.content, previous);
    if (!wasAborted) breaker.fail(resource.name, result.failure);
    await lease.giveUp(wasAborted ? null : breaker.backoff);
    return !lease.lost.aborted;
  }

  private noteRead(result: ReadResult, beganMs: number): void {
    const { source, clock, observer } = this.dependencies;
    const outcome = 'content' in result ? 'OK' : result.failure.reason;
    observer?.readFinished({ source: source.id, outcome, durationMs: clock.monotonicMs() - beganMs });
  }

  /** True when the content is kept; false when the lease was lost. */
  private async keep(lease: Lease, content: Content, previous: Entry | null): Promise<boolean> {
    try {
      const entry = await lease.keep(content, previous);
      if (entry === null) return false;
      this.adopt(entry, true);
      return true;
    } catch (error) {
      await lease.giveUp(null);
      throw error;
    }
  }

  /** Loads the entry that a claim has found. True when the load failed for an internal error. */
  private async loadClaimed(): Promise<boolean> {
    const { failureCount } = this.options.breaker;
    const seenVersion = this.#seenVersion;
    await this.load();
    if (this.options.breaker.failureCount !== failureCount) return true;
    if (this.#seenVersion === seenVersion) await this.wait(INCONSISTENT_READ_RETRY_MS);
    return false;
  }

  /** Waits for an event of the replica that reads. True when it says that the read failed. */
  private async awaitOther(forMs: number): Promise<boolean> {
    const { failureCount } = this.options.breaker;
    await this.wait(Math.min(Math.max(forMs, MIN_POLL_MS), POLL_MS));
    return this.options.breaker.failureCount !== failureCount;
  }

  private wait(timeoutMs: number): Promise<void> {
    return this.changed.wait(timeoutMs, this.dependencies.runner.stopped);
  }

  /** Keeps the minimum time between two reads, however many questions force one. */
  private async awaitMinRefresh(): Promise<void> {
    if (this.#value === null) return;
    const { clock, runner } = this.dependencies;
    const waitMs = this.options.resource.minRefreshMs - elapsedMs(clock, this.#value.agesFrom);
    if (waitMs > 0) await new Signal().wait(waitMs, runner.stopped);
  }

  /** A read of another replica will do if it ended after this refresh began or, unless forced, if it is fresh. */
  private isRecent(startedMs: number, { forced }: SharedRefreshOptions): boolean {
    if (this.#value === null) return false;
    const { agesFrom } = this.#value;
    if (agesFrom.monotonicMs >= startedMs) return true;
    return !forced && elapsedMs(this.dependencies.clock, agesFrom) < this.options.resource.freshForMs;
  }

  private onStoreEvent(event: StoreEvent): void {
    if ('backoff' in event) {
      this.options.breaker.adopt(event.name, event.backoff);
      this.changed.notify();
    } else {
      const atMs = this.dependencies.clock.monotonicMs();
      if (event.isLate !== true) this.#announced = { version: event.version, atMs };
      void this.loadVersion(event.version);
    }
  }

  private async loadVersion(version: number): Promise<void> {
    if ((this.#seenVersion ?? 0) < version) await this.load();
    // That may have joined a load that started before the version was kept.
    if ((this.#seenVersion ?? 0) < version) await this.load();
  }

  private async loadNewer(): Promise<void> {
    const entry = await this.dependencies.store.load(this.options.resource.name, this.#value?.entry ?? null);
    if (entry !== null) this.adopt(entry, false);
  }

  /** Takes over an entry if it is newer and can be decoded. `isOwn`: this process read it. */
  private adopt(entry: Entry, isOwn: boolean): void {
    this.#seenVersion = Math.max(this.#seenVersion ?? 0, entry.version);
    const before = this.#value;
    if (before !== null && entry.version <= before.entry.version) return;
    const { resource, onValue } = this.options;
    const decoded = resource.decode(entry, before?.value ?? null);
    if (decoded === null) return;
    const { revisions, clock } = this.dependencies;
    const now = momentOf(clock);
    const times = { fetchTimeMs: decoded.fetchTimeMs, endedMs: this.endedMs(entry) };
    const agesFrom = readMoment(times, now, resource.freshForMs);
    const fetchTimeMs = Math.min(decoded.fetchTimeMs, now.wallMs);
    const serial = revisions.next();
    this.#value = { entry, value: decoded.value, agesFrom, fetchTimeMs, serial, isOwn };
    try {
      onValue(this.#value);
    } catch (error) {
      this.#value = before;
      throw error;
    }
    this.changed.notify();
  }

  /** When the read ended, by the monotonic clock: as the store says, else when the entry was announced. */
  private endedMs({ version, endedMs }: Entry): number | undefined {
    return endedMs ?? (version === this.#announced.version ? this.#announced.atMs : undefined);
  }

  /** An internal error counts as a failed read, so that it is shown and the read is tried again. */
  private readonly noteError = (error: unknown): void => {
    this.dependencies.runner.report(error);
    this.options.breaker.fail(this.options.resource.name, INTERNAL_ERROR);
  };
}
