import { formatBackoff, REMEMBERED_MS } from './backoff-text.js';
import { Heartbeat } from '../heartbeat.js';
import type { ChunkLayouts } from './chunk-layouts.js';
import type { RedisSlot } from './redis-slot.js';
import { writeEntry } from './redis-writer.js';
import type { Backoff, Content, Entry, Lease } from '../snapshot-store.js';

export interface RedisGrant {
  readonly holder: string;
  readonly version: number;
  readonly layouts: ChunkLayouts;
  /** Called when the lease has ended; `released` is false when Redis may not know. */
  readonly onEnd: (released: boolean) => void;
  /** 'kept': the entry was stored. 'lost': another replica has the lease. */
  readonly onOutcome: (outcome: 'kept' | 'lost') => void;
}

/** A lease in Redis, with its fencing token (`version`). A write with an older token is refused. */
export class RedisLease implements Lease {
  readonly #heartbeat = new Heartbeat(() => this.renew());
  #ended = false;

  constructor(
    private readonly slot: RedisSlot,
    private readonly grant: RedisGrant,
  ) {}

  get version(): number {
    return this.grant.version;
  }

  get lost(): AbortSignal {
    return this.#heartbeat.lost;
  }

  keep(content: Content, base: Entry | null): Promise<Entry | null> {
    if (this.#ended) return Promise.resolve(null);
    const { holder, version, layouts } = this.grant;
    const draft = { ...content, holder, version, lost: this.lost };
    return this.ending(async () => {
      const entry = await writeEntry(this.slot, draft, { base, layouts });
      this.grant.onOutcome(entry === null ? 'lost' : 'kept');
      return entry;
    });
  }

  async giveUp(backoff: Backoff | null): Promise<void> {
    if (this.#ended) return;
    if (this.lost.aborted) this.grant.onOutcome('lost');
    const kept = backoff && {
      text: this.slot.sign('backoff', formatBackoff(backoff)),
      forMs: Math.max(0, Math.ceil(backoff.notBeforeMs - backoff.failedAtMs)) + REMEMBERED_MS,
      event: { backoff },
    };
    await this.ending(() => this.slot.giveUp(this.grant.holder, kept));
  }

  /** While Redis is away the read goes on. If another replica gets the lease, the write is refused. */
  private async renew(): Promise<boolean> {
    try {
      return await this.slot.renew(this.grant.holder);
    } catch {
      return true;
    }
  }

  private async ending<T>(work: () => Promise<T>): Promise<T> {
    this.#ended = true;
    let released = false;
    try {
      const answer = await work();
      released = true;
      return answer;
    } finally {
      this.#heartbeat.stop();
      this.grant.onEnd(released);
    }
  }
}
