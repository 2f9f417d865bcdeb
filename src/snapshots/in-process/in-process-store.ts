import { SYSTEM_CLOCK } from '@/model/clock.js';
import { arrangeRows } from '../content/arrange-rows.js';
import { Heartbeat, LEASE_MS } from '../heartbeat.js';
import {
  SnapshotStore,
  type Backoff,
  type Claim,
  type ClaimRequest,
  type Content,
  type Entry,
  type Lease,
  type StoreEvent,
} from '../snapshot-store.js';
import { InProcessState, type HeldLease, type Slot } from './in-process-state.js';

/** Keeps entries in the memory of this process. */
export class InProcessStore extends SnapshotStore {
  readonly #state: InProcessState;
  readonly #listeners: ((event: StoreEvent) => void)[] = [];

  /** Entries are removed `keepForMs` after they were kept. Several replicas may share a `state`. */
  constructor(clock = SYSTEM_CLOCK, keepForMs = Infinity, state = new InProcessState(clock, keepForMs)) {
    super();
    this.#state = state;
    state.onStoreEvent((event, from) => {
      if (from !== this)
        this.#listeners.forEach((listener) => {
          listener(event);
        });
    });
  }

  /** The store of another replica, with the same entries and leases. */
  replica(): InProcessStore {
    return new InProcessStore(this.#state.clock, this.#state.keepForMs, this.#state);
  }

  load(name: string, held: Entry | null): Promise<Entry | null> {
    const entry = this.newest(name);
    return Promise.resolve(isNewer(entry, held?.version ?? null) ? entry : null);
  }

  claim(name: string, request: ClaimRequest): Promise<Claim> {
    return Promise.resolve(this.claimNow(name, request));
  }

  offer(name: string, entry: Entry): Promise<void> {
    if (this.#state.put(name, entry)) this.#state.publish({ name, version: entry.version }, this);
    return Promise.resolve();
  }

  override forget(name: string): void {
    this.#state.forget(name);
  }

  onStoreEvent(listener: (event: StoreEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** The entry of a name, or null. */
  newest(name: string): Entry | null {
    return this.#state.known(name)?.entry ?? null;
  }

  /** No lease is granted before the end of the backoff. */
  pause(name: string, backoff: Backoff): void {
    this.#state.pause(name, backoff);
  }

  private claimNow(name: string, { held, nowMs, ignoresBackoff }: ClaimRequest): Claim {
    const slot = this.#state.slot(name);
    if (isNewer(slot.entry, held)) return { outcome: 'newer' };
    if (ignoresBackoff === true) slot.backoff = null;
    const { backoff, lease } = slot;
    if (backoff !== null && this.isPaused(slot, nowMs)) return { outcome: 'paused', backoff };
    const forMs = (lease?.endsAtMs ?? 0) - this.#state.clock.monotonicMs();
    if (forMs > 0) return { outcome: 'busy', forMs: Math.min(forMs, LEASE_MS) };
    lease?.lose();
    slot.fence = Math.max(Math.floor(nowMs), slot.fence + 1, (held ?? 0) + 1);
    const granted = new InProcessLease(this.#state, { name, version: slot.fence, holder: this });
    slot.lease = granted;
    return { outcome: 'granted', lease: granted };
  }

  /** By the caller's wall clock, but no longer than the pause lasts: that clock may be wrong. */
  private isPaused({ backoff, failedMs }: Slot, nowMs: number): boolean {
    if (backoff === null || backoff.notBeforeMs <= nowMs) return false;
    return this.#state.clock.monotonicMs() - failedMs < backoff.notBeforeMs - backoff.failedAtMs;
  }
}

function isNewer(entry: Entry | null, held: number | null): boolean {
  return entry !== null && entry.version > (held ?? 0);
}

interface Grant {
  readonly name: string;
  readonly version: number;
  /** It receives no events about what is done under this lease. */
  readonly holder: object;
}

/** The right to replace an entry of this process. */
export class InProcessLease implements Lease, HeldLease {
  readonly #heartbeat = new Heartbeat(() => Promise.resolve(this.renew()));
  #endsAtMs: number;

  constructor(
    private readonly state: InProcessState,
    private readonly grant: Grant,
  ) {
    this.#endsAtMs = state.clock.monotonicMs() + LEASE_MS;
  }

  get version(): number {
    return this.grant.version;
  }

  get lost(): AbortSignal {
    return this.#heartbeat.lost;
  }

  get endsAtMs(): number {
    return this.#endsAtMs;
  }

  lose(): void {
    this.#heartbeat.lose();
  }

  async keep({ head, rows, endedMs }: Content, base: Entry | null): Promise<Entry | null> {
    const reused = await arrangeRows(rows, base?.rows ?? null);
    if (!this.end()) return null;
    const entry = { version: this.version, head, rows: reused, endedMs };
    if (!this.state.put(this.grant.name, entry)) return null;
    this.state.slot(this.grant.name).backoff = null;
    this.state.publish({ name: this.grant.name, version: this.version }, this.grant.holder);
    return entry;
  }

  giveUp(backoff: Backoff | null): Promise<void> {
    if (this.end() && backoff !== null) {
      this.state.pause(this.grant.name, backoff);
      this.state.publish({ name: this.grant.name, backoff }, this.grant.holder);
    }
    return Promise.resolve();
  }

  private renew(): boolean {
    if (this.state.known(this.grant.name)?.lease !== this) return false;
    this.#endsAtMs = this.state.clock.monotonicMs() + LEASE_MS;
    return true;
  }

  /** Lets go of the lease; answers false when it was no longer held. */
  private end(): boolean {
    this.#heartbeat.stop();
    const slot = this.state.known(this.grant.name);
    if (slot?.lease !== this) return false;
    slot.lease = null;
    return true;
  }
}
