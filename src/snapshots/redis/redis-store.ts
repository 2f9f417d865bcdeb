import { randomUUID } from 'node:crypto';
import type { RedisLink } from '@/redis/redis-link.js';
import { parseBackoff, readBackoff } from './backoff-text.js';
import { Layouts } from './redis-content.js';
import { RedisLease } from './redis-lease.js';
import { readEntry } from './redis-reader.js';
import { newsChannel, RedisSlot, type SlotOptions, type TransferObserver } from './redis-slot.js';
import { writeEntry } from './redis-writer.js';
import { SnapshotStore, type Claim, type ClaimWish, type Entry, type News } from '../snapshot-store.js';

export interface RedisStoreOptions {
  readonly link: RedisLink;
  /** The longest that an entry may be served, milliseconds. */
  readonly keepForMs: number;
  /** Who this replica is, among all that share the Redis; made up when absent. */
  readonly replicaId?: string;
  readonly observer?: TransferObserver;
}

/** Entries outlive what is served of them, so that a replica whose clock is behind finds them. */
const SPARE_MS = 3_600_000;

/** Keeps entries in Redis, for all replicas that use it. Every method throws `RedisUnavailable`. */
export class RedisStore extends SnapshotStore {
  readonly #options: SlotOptions;
  readonly #layouts = new Layouts();
  /** The holders by name whose claims or leases are under way here. */
  readonly #live = new Map<string, Set<string>>();
  /** Names of which Redis may hold a lease that nobody here has any more. */
  readonly #orphaned = new Set<string>();

  constructor({ link, keepForMs, replicaId = randomUUID(), observer }: RedisStoreOptions) {
    super();
    this.#options = { link, replicaId, timeToLiveMs: keepForMs + SPARE_MS, observer: observer ?? null };
    link.onUp(() => void this.releaseOrphans());
  }

  load(name: string, held: Entry | null): Promise<Entry | null> {
    return readEntry(this.slot(name), held, this.#layouts);
  }

  async claim(name: string, { held, nowMs }: ClaimWish): Promise<Claim> {
    const holder = `${this.#options.replicaId}:${randomUUID()}`;
    const live = [...this.liveOf(name)];
    this.liveOf(name).add(holder);
    let granted = false;
    let answered = false;
    try {
      const answer = await this.slot(name).claim({ holder, nowMs, held: held ?? 0, live });
      answered = true;
      granted = answer[0] === 'granted';
      return this.outcome(name, holder, answer);
    } finally {
      if (!granted) this.ended(name, holder, answered);
    }
  }

  async offer(name: string, entry: Entry): Promise<void> {
    const slot = this.slot(name);
    if ((await slot.version()) >= entry.version) return;
    const draft = { ...entry, holder: '', lost: null };
    const layout = await writeEntry(slot, draft, { base: null, layouts: this.#layouts });
    if (layout !== null) this.#layouts.remember(entry, layout);
  }

  onNews(listener: (news: News) => void): void {
    this.#options.link.subscribe(newsChannel(this.#options.link), (message) => {
      const news = newsFrom(message, this.#options.replicaId);
      if (news !== null) listener(news);
    });
  }

  private slot(name: string): RedisSlot {
    return new RedisSlot(this.#options, name);
  }

  private outcome(name: string, holder: string, [outcome, detail]: readonly [string, string]): Claim {
    if (outcome === 'newer') return { outcome };
    if (outcome === 'busy') return { outcome, forMs: Number(detail) };
    if (outcome === 'paused') return { outcome, backoff: parseBackoff(detail) };
    const lease = new RedisLease(this.slot(name), {
      holder,
      version: Number(detail),
      layouts: this.#layouts,
      onEnd: (released) => {
        this.ended(name, holder, released);
      },
    });
    return { outcome: 'granted', lease };
  }

  private liveOf(name: string): Set<string> {
    const live = this.#live.get(name) ?? new Set();
    this.#live.set(name, live);
    return live;
  }

  /** A claim or a lease is over; where Redis may not know, it is told when it can be reached. */
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

/** What another replica has announced; null for our own, and for what no replica has sent. */
function newsFrom(message: Buffer, replicaId: string): News | null {
  const { from, name, version, backoff } = fieldsOf(message);
  if (from === replicaId || typeof name !== 'string') return null;
  if (typeof version === 'number') return { name, version };
  const told = readBackoff(backoff);
  return told && { name, backoff: told };
}

function fieldsOf(message: Buffer): Readonly<Record<string, unknown>> {
  try {
    const news = JSON.parse(message.toString()) as unknown;
    return typeof news === 'object' && news !== null ? { ...news } : {};
  } catch {
    return {};
  }
}
