import { randomUUID } from 'node:crypto';
import type { RedisSigner } from '@/redis/redis-signer.js';
import { Heartbeat } from '../heartbeat.js';
import type { Backoff, ClaimRequest, Content, Entry, Lease } from '../snapshot-store.js';
import { formatBackoff, REMEMBERED_MS } from './backoff-text.js';
import type { ChunkLayouts } from './chunk-layouts.js';
import type { RedisSlot } from './redis-slot.js';
import { writeEntry } from './redis-writer.js';
import type { Quarantine } from './quarantine.js';

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

export interface LeaseHoldersOptions {
  readonly signer: RedisSigner;
  readonly replicaId: string;
  readonly longestReadMs: number;
  readonly quarantine: Quarantine;
}

/**
 * What a lease in Redis says of who holds it: the replica, what makes it unique and, where it is signed, the lowest
 * version that its entry can have. By that it is told from a lease of the past that somebody has put back.
 */
export class LeaseHolders {
  constructor(private readonly options: LeaseHoldersOptions) {}

  make(slot: RedisSlot, { held, nowMs }: ClaimRequest): string {
    const { signer, replicaId } = this.options;
    const holder = `${replicaId}:${randomUUID()}`;
    if (!signer.isSigning) return holder;
    const unsigned = `${holder}:${Math.max(Math.floor(nowMs), (held ?? 0) + 1)}`;
    return `${unsigned}:${macOf(slot, unsigned)}`;
  }

  /** Whether to wait for the holder: it may be at work, and no longer than a read takes. */
  isAccepted(slot: RedisSlot, holder: string, request: ClaimRequest): boolean {
    const { signer, longestReadMs, quarantine } = this.options;
    if (quarantine.waitMs(slot.name, request.held) > longestReadMs) return false;
    return !signer.isSigning || this.#isOfNow(slot, holder, request);
  }

  #isOfNow(slot: RedisSlot, holder: string, { held, nowMs }: ClaimRequest): boolean {
    const macAt = holder.lastIndexOf(':');
    const unsigned = holder.slice(0, Math.max(macAt, 0));
    if (slot.open('lease', `${holder.slice(macAt + 1)}.${unsigned}`) === null) return false;
    const version = Number(unsigned.slice(unsigned.lastIndexOf(':') + 1));
    return version > (held ?? 0) && nowMs - version <= this.options.longestReadMs;
  }
}

function macOf(slot: RedisSlot, text: string): string {
  const signed = slot.sign('lease', text);
  return signed.slice(0, signed.indexOf('.'));
}
