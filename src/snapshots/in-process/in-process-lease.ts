import { Heartbeat, LEASE_MS } from '../heartbeat.js';
import { arrangeRows } from '../content/arrange-rows.js';
import type { HeldLease, Shelf } from './shelf.js';
import type { Backoff, Content, Entry, Lease } from '../snapshot-store.js';

interface Grant {
  readonly name: string;
  readonly version: number;
  /** It receives no events about what is done under this lease. */
  readonly holder: object;
}

/** The right to replace an entry of a shelf. */
export class InProcessLease implements Lease, HeldLease {
  readonly #heartbeat = new Heartbeat(() => Promise.resolve(this.renew()));
  #endsAtMs: number;

  constructor(
    private readonly shelf: Shelf,
    private readonly grant: Grant,
  ) {
    this.#endsAtMs = shelf.clock.monotonicMs() + LEASE_MS;
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
    if (!this.shelf.put(this.grant.name, entry)) return null;
    this.shelf.slot(this.grant.name).backoff = null;
    this.shelf.publish({ name: this.grant.name, version: this.version }, this.grant.holder);
    return entry;
  }

  giveUp(backoff: Backoff | null): Promise<void> {
    if (this.end() && backoff !== null) {
      this.shelf.pause(this.grant.name, backoff);
      this.shelf.publish({ name: this.grant.name, backoff }, this.grant.holder);
    }
    return Promise.resolve();
  }

  private renew(): boolean {
    if (this.shelf.known(this.grant.name)?.lease !== this) return false;
    this.#endsAtMs = this.shelf.clock.monotonicMs() + LEASE_MS;
    return true;
  }

  /** Lets go of the lease; answers false when it was no longer held. */
  private end(): boolean {
    this.#heartbeat.stop();
    const slot = this.shelf.known(this.grant.name);
    if (slot?.lease !== this) return false;
    slot.lease = null;
    return true;
  }
}
