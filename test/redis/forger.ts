import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { digestOf, encodeManifest } from '@/snapshots/content/manifest.js';
import { encodeSegment } from '@/snapshots/content/segments.js';
import { ADMIN } from '../support/redis-rights.js';
import { rowOf } from '../support/rows.js';

/** The id of every task that it forges. */
export const FORGED_ID = 'forged.task';

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

/**
 * An attacker who can write to Redis, and knows the program but no secret: puts a forged value in the place of each
 * key there is, over and over, and sends forged messages on each channel that somebody listens on.
 */
export class Forger {
  readonly #redis: Redis;
  readonly #names = new Map<string, string>();
  #running = true;
  #turns = 0;
  readonly #done: Promise<void>;

  constructor(port: number) {
    this.#redis = new Redis({ ...ADMIN, port });
    this.#redis.on('error', () => undefined);
    this.#done = this.#run();
  }

  /** How often it has gone through all keys. */
  get turns(): number {
    return this.#turns;
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#done;
    this.#redis.disconnect();
  }

  async #run(): Promise<void> {
    while (this.#running) {
      for (const key of await this.#redis.keys('*')) this.#names.set(key, await this.#redis.type(key));
      await Promise.all([...this.#names].map(([key, type]) => this.#forge(key, type).catch(() => undefined)));
      const channels = (await this.#redis.pubsub('CHANNELS')) as string[];
      await Promise.all(channels.flatMap((channel) => this.#publish(channel)));
      this.#turns += 1;
      await pause(20);
    }
  }

  async #forge(key: string, type: string): Promise<void> {
    const nowMs = Date.now();
    if (key.endsWith(':entry')) return this.#forgeEntry(key, nowMs);
    if (key.endsWith(':lease')) return this.#set(key, 'stranger:1', 3_000);
    if (key.endsWith(':fence')) return this.#set(key, String(8.64e15), HOUR_MS);
    if (key.endsWith(':backoff')) return this.#forgeBackoff(key, nowMs);
    if (key.includes(':lockout:')) return this.#forgeLockout(key, nowMs);
    if (key.includes(':limits:')) {
      const places = Array.from({ length: 50 }, (_, index) => [nowMs + 3_000, `stranger-${index}`]);
      await this.#redis.zadd(key, ...places.flat());
      return;
    }
    if (type === 'string') await this.#redis.set(key, '999999', 'PX', HOUR_MS);
  }

  async #set(key: string, text: string, liveMs: number): Promise<void> {
    await this.#redis.set(key, text, 'PX', liveMs);
  }

  /** Intact by every digest, newer than all, and by turns with a head that is no JSON. */
  async #forgeEntry(key: string, nowMs: number): Promise<void> {
    const row = rowOf(1, 'RUNNING');
    const segment = await encodeSegment([{ ...row, task: { ...row.task, id: FORGED_ID } }]);
    const version = nowMs + 5_000;
    const manifest = encodeManifest({ version, head: forgedHead(nowMs), digests: [segment.digest] });
    if (this.#turns % 3 === 2) breakHead(manifest);
    await this.#redis
      .multi()
      .hset(key.replace(/entry$/, 'segments'), Buffer.from(segment.digest, 'latin1'), segment.bytes)
      .hset(key, { version: String(version), manifest })
      .pexpire(key, HOUR_MS)
      .exec();
    await this.#forgeBackoff(key.replace(/entry$/, 'backoff'), nowMs);
  }

  async #forgeBackoff(key: string, nowMs: number): Promise<void> {
    await this.#redis.set(key, `8640000000000000 ${nowMs} 3 FORBIDDEN`, 'PX', HOUR_MS);
  }

  async #forgeLockout(key: string, nowMs: number): Promise<void> {
    const record = { calls: 9, refusals: 9, until: nowMs + HOUR_MS, 'ticket:a': nowMs + 9_000 };
    await this.#redis.hset(key, record);
    await this.#redis.pexpire(key, HOUR_MS);
  }

  #publish(channel: string): Promise<unknown>[] {
    const nowMs = Date.now();
    const names = [...this.#names.keys()].flatMap((key) => /\{(.*)\}/.exec(key)?.[1] ?? []);
    const backoff = {
      reason: 'FORBIDDEN',
      failuresInARow: 3,
      failedAtMs: nowMs + 60_000,
      notBeforeMs: 8.64e15,
    };
    return [...new Set(names)].flatMap((name) => [
      this.#redis.publish(channel, JSON.stringify({ from: 'stranger', name, backoff })),
      this.#redis.publish(channel, JSON.stringify({ from: 'stranger', name, version: nowMs + YEAR_MS })),
    ]);
  }
}

/** Of a snapshot and of a list of clusters as well. */
function forgedHead(nowMs: number): object {
  const told = { truncation: null, coveredSince: null, drift: {}, driftExamples: {}, bookmark: null };
  return { ...told, feeds: [], fetchTimeMs: nowMs + 60_000 };
}

/** The digest is right, and what stands behind the first of the segments' digests is no JSON. */
function breakHead(manifest: Buffer): void {
  manifest.write('}', 48);
  manifest.write(digestOf(manifest.subarray(0, 16), manifest.subarray(32)), 16, 'latin1');
}
