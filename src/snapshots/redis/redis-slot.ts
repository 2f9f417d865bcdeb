import type { RedisLink } from '@/redis/redis-link.js';
import type { RedisSigner } from '@/redis/redis-signer.js';
import type { Script } from '@/redis/script.js';
import { LEASE_MS } from '../heartbeat.js';
import * as scripts from './redis-scripts.js';
import { digestOf, type Digest } from '../content/manifest.js';
import { MOST_SEGMENT_BYTES, type Segment } from '../content/segments.js';

/** Room for the digests of the largest feed and for a head with a thousand clusters or a long bookmark. */
const MOST_MANIFEST_BYTES = 16 * 2 ** 20;
const MOST_ANSWER_BYTES = 16 * 2 ** 20;

/** Counts the bytes of arguments and answers. */
export interface TransferObserver {
  wrote(bytes: number): void;
  read(bytes: number): void;
}

export interface SlotOptions {
  readonly link: RedisLink;
  readonly signer: RedisSigner;
  /** The name of this replica. */
  readonly replicaId: string;
  /** How long an entry is kept after it was written, milliseconds. */
  readonly timeToLiveMs: number;
  readonly observer: TransferObserver | null;
}

export interface Commit {
  /** '' when no lease is needed. */
  readonly holder: string;
  readonly version: number;
  readonly manifest: Buffer;
  readonly segments: readonly Segment[];
}

export interface ClaimArguments {
  readonly holder: string;
  readonly nowMs: number;
  /** 0: none. */
  readonly held: number;
  /** The holders of this replica that are alive. */
  readonly live: readonly string[];
}

/** `detail`: a backoff, milliseconds or a version. `other`: who holds the lease, when it is busy. */
export interface ClaimAnswer {
  readonly outcome: string;
  readonly detail: string;
  readonly other: string;
}

const KEYS = ['lease', 'fence', 'backoff', 'entry', 'segments'] as const;
type SlotKey = (typeof KEYS)[number];

type Value = string | Buffer | number;

/**
 * The version of entries and events. A release that stores tasks with other fields raises it, so that two releases that
 * run together do not read or remove each other's entries. 2: tasks with warnings.
 */
const LAYOUT = 2;

/** The keys of one name in Redis. Methods throw `RedisUnavailable`. */
export class RedisSlot {
  readonly #keys: readonly string[];
  /** The digest of a manifest of this name; with a secret, a MAC. */
  readonly digest: Digest;

  constructor(
    private readonly options: SlotOptions,
    readonly name: string,
  ) {
    // The hash tag in braces puts all keys of a name into one slot of a cluster. An empty tag would not.
    const tag = name.replace(/[%{}]/g, encodeURIComponent) || '%';
    const { link, signer } = options;
    const start = `${link.prefix}:${LAYOUT}${signer.space}:{${tag}}:`;
    this.#keys = KEYS.map((key) => start + key);
    this.digest = signer.isSigning
      ? (...parts) => signer.mac(this.place('entry'), parts)?.toString('latin1') ?? ''
      : digestOf;
  }

  /** Signs the text for a key of this name. */
  sign(key: SlotKey, text: string): string {
    return this.options.signer.sign(this.place(key), text);
  }

  /** The text that was signed for a key of this name; null when the signature is wrong. */
  open(key: SlotKey, signed: string): string | null {
    return this.options.signer.open(this.place(key), signed);
  }

  /** Removes a text that was rejected, unless another has replaced it. */
  async forget(key: SlotKey, signed: string): Promise<void> {
    await this.run(scripts.FORGET, [KEYS.indexOf(key) + 1, Buffer.from(signed, 'latin1')]);
  }

  private place(key: SlotKey): string {
    return this.#keys[KEYS.indexOf(key)] ?? '';
  }

  /** Tries to get the lease. */
  async claim({ holder, nowMs, held, live }: ClaimArguments): Promise<ClaimAnswer> {
    const { replicaId, timeToLiveMs } = this.options;
    const args = [holder, `${replicaId}:`, Math.floor(nowMs), held, LEASE_MS, timeToLiveMs, ...live];
    const [outcome = '', detail = '', other = ''] = texts(await this.run(scripts.CLAIM, args));
    return { outcome, detail, other };
  }

  async renew(holder: string): Promise<boolean> {
    return (await this.run(scripts.RENEW, [holder, LEASE_MS])) === 1;
  }

  /** Ends a lease of this replica that no holder in `live` has. */
  async release(live: readonly string[]): Promise<void> {
    await this.run(scripts.RELEASE, [`${this.options.replicaId}:`, ...live]);
  }

  /** Ends the lease. If the holder had it, `backoff` is stored and `event` is published. */
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

  /** The digests without a segment in Redis. */
  async absent(digests: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(texts(await this.run(scripts.ABSENT, digests.map(bytes), 'bulk')));
  }

  async version(): Promise<number> {
    return Number(await this.run(scripts.VERSION, []));
  }

  /** The version and manifest of an entry that is newer than `held`, else null. */
  async read(held: number): Promise<{ readonly version: number; readonly manifest: Buffer } | null> {
    const [version, manifest] = (await this.run(
      scripts.READ,
      [held, MOST_MANIFEST_BYTES],
      'bulk',
    )) as Buffer[];
    return version === undefined || manifest === undefined ? null : { version: Number(version), manifest };
  }

  /** The segments from the first digest on, at least one. A missing segment has no bytes. */
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
