import type { RedisLink } from '@/redis/redis-link.js';
import type { RedisSigner } from '@/redis/redis-signer.js';
import type { Script } from '@/redis/script.js';
import { LEASE_MS } from '../heartbeat.js';
import * as scripts from './redis-scripts.js';
import { digestOf, type Digest } from '../content/manifest.js';
import { MOST_SEGMENT_BYTES, type Segment } from '../content/segments.js';

/** Digests of the largest feed, and a head that names its thousand clusters or a long bookmark. */
const MOST_MANIFEST_BYTES = 16 * 2 ** 20;
const MOST_ANSWER_BYTES = 16 * 2 ** 20;

/** Told of every byte of arguments and answers. */
export interface TransferObserver {
  wrote(bytes: number): void;
  read(bytes: number): void;
}

export interface SlotOptions {
  readonly link: RedisLink;
  readonly signer: RedisSigner;
  /** Who this replica is, among all. */
  readonly replicaId: string;
  /** How long an entry outlives its last replacement, milliseconds. */
  readonly timeToLiveMs: number;
  readonly observer: TransferObserver | null;
}

export interface Commit {
  /** '' where no lease is needed. */
  readonly holder: string;
  readonly version: number;
  readonly manifest: Buffer;
  readonly segments: readonly Segment[];
}

export interface Ask {
  readonly holder: string;
  readonly nowMs: number;
  /** 0: none. */
  readonly held: number;
  /** Holders of this replica that are not to be taken for dead. */
  readonly live: readonly string[];
}

/** `detail`: a backoff, milliseconds or a version. `other`: the holder of the lease where one is busy. */
export interface ClaimAnswer {
  readonly outcome: string;
  readonly detail: string;
  readonly other: string;
}

const KEYS = ['lease', 'fence', 'backoff', 'entry', 'segments'] as const;
type SlotKey = (typeof KEYS)[number];

type Value = string | Buffer | number;

/**
 * Of what is kept, and of what is told about it. Releases that keep tasks with other fields have another one, so that
 * none finds, or throws away, what it cannot read while both run. 2: tasks with warnings.
 */
const LAYOUT = 2;

/** A name's keys in Redis. A method throws `RedisUnavailable`. */
export class RedisSlot {
  readonly #keys: readonly string[];
  /** What a manifest of this name is checked by. */
  readonly vouch: Digest;

  constructor(
    private readonly options: SlotOptions,
    readonly name: string,
  ) {
    // A tag in braces puts the keys of a name in one slot of a Cluster; an empty one would not.
    const tag = name.replace(/[%{}]/g, encodeURIComponent) || '%';
    const { link, signer } = options;
    const start = `${link.prefix}:${LAYOUT}${signer.space}:{${tag}}:`;
    this.#keys = KEYS.map((key) => start + key);
    this.vouch = signer.isSigning
      ? (...parts) => signer.mac(this.place('entry'), parts)?.toString('latin1') ?? ''
      : digestOf;
  }

  /** The text of a key as this gateway signs it. */
  sign(key: SlotKey, text: string): string {
    return this.options.signer.sign(this.place(key), text);
  }

  /** The text that was signed for a key of this name, else null. */
  open(key: SlotKey, signed: string): string | null {
    return this.options.signer.open(this.place(key), signed);
  }

  /** Removes a text that is not believed, unless another is there by now. */
  async forget(key: SlotKey, signed: string): Promise<void> {
    await this.run(scripts.FORGET, [KEYS.indexOf(key) + 1, Buffer.from(signed, 'latin1')]);
  }

  private place(key: SlotKey): string {
    return this.#keys[KEYS.indexOf(key)] ?? '';
  }

  /** The outcome, and what belongs to it. */
  async claim({ holder, nowMs, held, live }: Ask): Promise<ClaimAnswer> {
    const { replicaId, timeToLiveMs } = this.options;
    const args = [holder, `${replicaId}:`, Math.floor(nowMs), held, LEASE_MS, timeToLiveMs, ...live];
    const [outcome = '', detail = '', other = ''] = texts(await this.run(scripts.CLAIM, args));
    return { outcome, detail, other };
  }

  async renew(holder: string): Promise<boolean> {
    return (await this.run(scripts.RENEW, [holder, LEASE_MS])) === 1;
  }

  /** Ends a lease of this replica that none of `live` holds. */
  async release(live: readonly string[]): Promise<void> {
    await this.run(scripts.RELEASE, [`${this.options.replicaId}:`, ...live]);
  }

  /** Ends the lease. If the lease was the holder's, `backoff` is kept and `event` published. */
  async giveUp(
    holder: string,
    backoff: { text: string; forMs: number; event: object } | null,
  ): Promise<void> {
    const { text, forMs, event } = backoff ?? { text: '', forMs: 0, event: {} };
    await this.run(scripts.GIVE_UP, [holder, text, forMs, this.channel, this.message(event)]);
  }

  /** 'kept', 'refused' or 'incomplete': see the script. */
  async commit({ holder, version, manifest, segments }: Commit): Promise<string> {
    const event = this.message({ version });
    const args = [holder, version, this.options.timeToLiveMs, manifest, this.channel, event];
    return String(await this.run(scripts.COMMIT, [...args, ...pairs(segments)], 'bulk'));
  }

  async upload(segments: readonly Segment[]): Promise<void> {
    await this.run(scripts.UPLOAD, [this.options.timeToLiveMs, ...pairs(segments)], 'bulk');
  }

  /** Those of the digests whose segments are not there. */
  async absent(digests: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(texts(await this.run(scripts.ABSENT, digests.map(bytes), 'bulk')));
  }

  async version(): Promise<number> {
    return Number(await this.run(scripts.VERSION, []));
  }

  /** Version and manifest of an entry newer than `held`, else null. */
  async read(held: number): Promise<{ readonly version: number; readonly manifest: Buffer } | null> {
    const [version, manifest] = (await this.run(
      scripts.READ,
      [held, MOST_MANIFEST_BYTES],
      'bulk',
    )) as Buffer[];
    return version === undefined || manifest === undefined ? null : { version: Number(version), manifest };
  }

  /** The segments of the first of the digests, one at least, with no bytes where there is none. */
  async fetch(digests: readonly string[]): Promise<readonly Segment[]> {
    const args = [MOST_SEGMENT_BYTES, MOST_ANSWER_BYTES, ...digests.map(bytes)];
    const found = (await this.run(scripts.FETCH, args, 'bulk')) as Buffer[];
    return digests
      .slice(0, Math.max(found.length, 1))
      .map((digest, index) => ({ digest, bytes: found[index] ?? Buffer.alloc(0) }));
  }

  async discard(version: number): Promise<void> {
    await this.run(scripts.DISCARD, [version]);
  }

  private get channel(): string {
    return eventChannel(this.options);
  }

  private message(event: object): string {
    const { signer, replicaId } = this.options;
    return signer.sign(this.channel, JSON.stringify({ from: replicaId, name: this.name, ...event }));
  }

  private async run(
    script: Script,
    args: readonly Value[],
    kind: 'short' | 'bulk' = 'short',
  ): Promise<unknown> {
    const answer = await this.options.link.run(
      (redis) => script.runForBuffers(redis, this.#keys, args),
      kind,
    );
    this.options.observer?.wrote(args.reduce((sum: number, arg) => sum + sizeOf(arg), 0));
    this.options.observer?.read(sizeOf(answer));
    return answer;
  }
}

/** The channel on which replicas publish their events. */
export function eventChannel({ link, signer }: Pick<SlotOptions, 'link' | 'signer'>): string {
  return `${link.prefix}:${LAYOUT}${signer.space}:news`;
}

function pairs(segments: readonly Segment[]): Buffer[] {
  return segments.flatMap((segment) => [bytes(segment.digest), segment.bytes]);
}

function bytes(digest: string): Buffer {
  return Buffer.from(digest, 'latin1');
}

function texts(answer: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(answer) ? answer : [];
  return list.map((each) => (Buffer.isBuffer(each) ? each.toString('latin1') : String(each)));
}

function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + sizeOf(each), 0);
  return Buffer.isBuffer(value) ? value.length : String(value).length;
}
