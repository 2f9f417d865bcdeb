import { randomUUID } from 'node:crypto';
import { SYSTEM_CLOCK, type Clock } from '@/model/clock.js';
import { RedisUnavailable, type RedisLink } from '@/redis/redis-link.js';
import { NO_SIGNER, type RedisSigner } from '@/redis/redis-signer.js';
import { parseBackoff } from './backoff-text.js';
import { LeaseHolders, RedisLease } from './redis-lease.js';
import { ChunkLayouts } from './chunk-layouts.js';
import { parseStoreEvent } from './parse-store-event.js';
import { readEntry } from './redis-reader.js';
import {
  eventChannel,
  RedisSlot,
  type ClaimAnswer,
  type SlotOptions,
  type TransferObserver,
} from './redis-slot.js';
import { Quarantine } from './quarantine.js';
import { writeEntry } from './redis-writer.js';
import {
  SnapshotStore,
  type Claim,
  type ClaimRequest,
  type Entry,
  type StoreEvent,
} from '../snapshot-store.js';

export interface RedisStoreOptions {
  readonly link: RedisLink;
  /** Signs and checks what is in Redis; when absent, whatever is there is accepted within bounds. */
  readonly signer?: RedisSigner;
  /** The longest that an entry may be served, milliseconds. */
  readonly keepForMs: number;
  /** The longest that a read takes, and so that a lease is held, milliseconds. */
  readonly longestReadMs?: number;
  readonly clock?: Clock;
  /** The name of this replica, unique among all that share the Redis; random when absent. */
  readonly replicaId?: string;
  readonly observer?: TransferObserver;
  /** Called for each value that is rejected, with what it should have been. */
  readonly onRejected?: (kind: RejectedKind) => void;
}

export type RejectedKind = 'entry' | 'backoff' | 'lease' | 'event';

const USUAL_LONGEST_READ_MS = 300_000;
const MOST_TRIES = 3;
/** The clock of the replica that wrote an entry may be ahead by so much. */
const MOST_AHEAD_MS = 24 * 3_600_000;

/** Entries are kept longer than they are served, for replicas whose clocks are behind. */
const SPARE_MS = 3_600_000;

/** Keeps entries in Redis, for all replicas that use it. Every method throws `RedisUnavailable`. */
export class RedisStore extends SnapshotStore {
  readonly #options: SlotOptions;
  readonly #layouts = new ChunkLayouts();
  /** By name, the holders in this process with a claim or a lease. */
  readonly #live = new Map<string, Set<string>>();
  /** Names for which Redis may still have a lease of this process that has ended. */
  readonly #orphaned = new Set<string>();
  readonly #quarantine = new Quarantine();
  readonly #holders: LeaseHolders;
  readonly #clock: Clock;
  readonly #onRejected: (kind: RejectedKind) => void;

  constructor(options: RedisStoreOptions) {
    super();
    const { link, keepForMs, replicaId = randomUUID(), observer, signer = NO_SIGNER } = options;
    const timeToLiveMs = keepForMs + SPARE_MS;
    this.#options = { link, signer, replicaId, timeToLiveMs, observer: observer ?? null };
    const longestReadMs = options.longestReadMs ?? USUAL_LONGEST_READ_MS;
    this.#holders = new LeaseHolders({ signer, replicaId, longestReadMs, quarantine: this.#quarantine });
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#onRejected = options.onRejected ?? (() => undefined);
    link.onUp(() => void this.releaseOrphans());
  }

  async load(name: string, held: Entry | null): Promise<Entry | null> {
    if (this.#quarantine.has(name)) return null;
    const entry = await readEntry(this.slot(name), {
      held,
      layouts: this.#layouts,
      latestMs: this.#clock.wallMs() + MOST_AHEAD_MS,
      onRejected: () => {
        this.reject('entry', name);
      },
    });
    if (entry !== null) this.#quarantine.clear(name);
    return entry;
  }

  /** Throws `RedisUnavailable` also while the name is in quarantine. */
  async claim(name: string, request: ClaimRequest): Promise<Claim> {
    for (let tries = 0; tries < MOST_TRIES && !this.#quarantine.has(name); tries++) {
      const claim = await this.claimOnce(name, request);
      if (claim !== null) return claim;
    }
    throw new RedisUnavailable('REJECTED');
  }

  /** null if what forbade it was rejected, and so removed. */
  private async claimOnce(name: string, request: ClaimRequest): Promise<Claim | null> {
    const { held, nowMs } = request;
    const holder = this.#holders.make(this.slot(name), request);
    const live = [...this.liveOf(name)];
    this.liveOf(name).add(holder);
    let granted = false;
    let answered = false;
    try {
      const answer = await this.slot(name).claim({ holder, nowMs, held: held ?? 0, live });
      answered = true;
      granted = answer.outcome === 'granted';
      if (answer.outcome !== 'busy') this.#quarantine.endWait(name);
      return await this.outcome(name, { holder, request }, answer);
    } finally {
      if (!granted) this.ended(name, holder, answered);
    }
  }

  async offer(name: string, entry: Entry): Promise<void> {
    const slot = this.slot(name);
    if ((await slot.version()) >= entry.version) return;
    const draft = { ...entry, holder: '', lost: null };
    const kept = await writeEntry(slot, draft, { base: null, layouts: this.#layouts });
    const layout = this.#layouts.of(kept);
    if (layout !== null) this.#layouts.remember(entry, layout);
  }

  onStoreEvent(listener: (event: StoreEvent) => void): void {
    this.#options.link.subscribe(eventChannel(this.#options), (message) => {
      const event = parseStoreEvent(message, this.#options, this.#clock.wallMs());
      if (event === null) this.#onRejected('event');
      else if (event !== 'own') listener(event);
    });
  }

  private reject(kind: RejectedKind, name: string): void {
    this.#quarantine.countFault(name);
    this.#onRejected(kind);
  }

  private slot(name: string): RedisSlot {
    return new RedisSlot(this.#options, name);
  }

  private async outcome(
    name: string,
    { holder, request }: { readonly holder: string; readonly request: ClaimRequest },
    { outcome, detail, other }: ClaimAnswer,
  ): Promise<Claim | null> {
    if (outcome === 'newer') return { outcome };
    if (outcome === 'paused') return this.paused(name, detail, request);
    if (outcome === 'granted') return { outcome, lease: this.lease(name, holder, Number(detail)) };
    const slot = this.slot(name);
    if (this.#holders.isAccepted(slot, other, request)) return { outcome: 'busy', forMs: Number(detail) };
    this.reject('lease', name);
    await slot.forget('lease', other);
    return null;
  }

  private async paused(
    name: string,
    signed: string,
    { held, nowMs, ignoresBackoff }: ClaimRequest,
  ): Promise<Claim | null> {
    const slot = this.slot(name);
    const text = slot.open('backoff', signed);
    const backoff = text === null ? null : parseBackoff(text, nowMs);
    // A signed backoff from before the held entry is a replay.
    const isOver = this.#options.signer.isSigning && (backoff?.failedAtMs ?? 0) < Math.min(held ?? 0, nowMs);
    if (backoff !== null && ignoresBackoff === true) {
      await slot.forget('backoff', signed);
      return null;
    }
    if (backoff !== null && !isOver) return { outcome: 'paused', backoff };
    this.reject('backoff', name);
    await slot.forget('backoff', signed);
    return null;
  }

  private lease(name: string, holder: string, version: number): RedisLease {
    return new RedisLease(this.slot(name), {
      holder,
      version,
      layouts: this.#layouts,
      onEnd: (released) => {
        this.ended(name, holder, released);
      },
      onOutcome: (outcome) => {
        if (outcome === 'kept') this.#quarantine.clear(name);
        else this.#quarantine.countFault(name);
      },
    });
  }

  private liveOf(name: string): Set<string> {
    const live = this.#live.get(name) ?? new Set();
    this.#live.set(name, live);
    return live;
  }

  /** A claim or a lease has ended. If Redis may not know, the lease is released once Redis is back. */
  private ended(name: string, holder: string, released: boolean): void {
    const live = this.liveOf(name);
    live.delete(holder);
    if (live.size === 0) this.#live.delete(name);
    if (!released) this.#orphaned.add(name);
  }

  private async releaseOrphans(): Promise<void> {
    for (const name of [...this.#orphaned]) {
      this.#orphaned.delete(name);
      try {
        await this.slot(name).release([...(this.#live.get(name) ?? [])]);
      } catch {
        this.#orphaned.add(name);
      }
    }
  }
}
