import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { OrderPosition } from '@/model/order.js';
import { filterKey, type Filter } from '@/model/query.js';
import { formatTime } from '@/model/time.js';
import { packMissingFeeds, unpackMissingFeeds, type MissingFeed } from './missing-feed.js';

/** What stays the same through a walk; the page size may change. */
export interface WalkQuery {
  readonly filter: Filter;
  /** No two kinds of lists have an order in common. */
  readonly order: string;
  readonly includeRaw: boolean;
  /** The key of the collection that the caller sees. */
  readonly visible: string;
}

export interface PageTokenContent {
  /** The next page begins after it. */
  readonly position: OrderPosition;
  /** The feeds that were unreachable on any page so far. */
  readonly missing: readonly MissingFeed[];
}

/** `malformed`: not one of our tokens as we issued it. `other-query`: ours, but of another walk. */
export type PageTokenFault = 'malformed' | 'other-query';

/** What is wrong, and what to do about it. */
export const PAGE_TOKEN_FAULTS: Record<PageTokenFault, string> = {
  malformed: 'the page token is not valid; send nextPageToken of the previous answer unchanged',
  'other-query':
    'the token belongs to a call with other parameters, or of a caller who sees other sources; repeat the parameters of that call (only pageSize may differ)',
};

export interface PageTokenContext {
  readonly query: WalkQuery;
  /** The names that the token's feeds may have: all feeds known now, and the wildcard name of each source. */
  readonly knownFeeds: Iterable<string>;
}

export const LONGEST_PAGE_TOKEN = 512;

// A token is, in base64url without padding:
//   version (1) | query (12) | time (8) | id length (1) | id | 5 for each missing feed | own MAC (16) | shared MAC (16)
const VERSION = 2;
const QUERY_AT = 1;
const QUERY_BYTES = 12;
const TIME_AT = QUERY_AT + QUERY_BYTES;
const ID_LENGTH_AT = TIME_AT + 8;
const ID_AT = ID_LENGTH_AT + 1;
const MAC_BYTES = 16;
const SEAL_BYTES = 2 * MAC_BYTES;
const MOST_BYTES = (LONGEST_PAGE_TOKEN / 4) * 3;
/** What one byte can count. Task ids are 192 bytes at most. */
const LONGEST_ID_BYTES = 255;

type Key = string | Uint8Array;

/** Injection token of the keys that page tokens are signed with. */
export const PAGE_TOKEN_KEYS = Symbol('PAGE_TOKEN_KEYS');

/** The keys that page tokens are signed with. */
export interface PageTokenKeys {
  /** Of the secret in the configuration, else of this process alone. */
  readonly own: Key;
  /** Of the Redis that replicas share, null while it is not known; null where there is no Redis. */
  readonly shared: (() => Key | null) | null;
}

/** Issues and reads the tokens of walks. Whoever has one of the same keys accepts them, so replicas and restarts do. */
export class PageTokens {
  #sharedKey: Key | null = null;
  #generation = 0;

  constructor(private readonly keys: PageTokenKeys) {}

  /** Another number whenever the shared key has changed: tokens that were issued before may not be good elsewhere. */
  get generation(): number {
    const key = this.keys.shared?.() ?? null;
    if (key !== this.#sharedKey) this.#generation += 1;
    this.#sharedKey = key;
    return this.#generation;
  }

  /**
   * An opaque, URL-safe token of at most 512 bytes; the same content makes the same token. Missing feeds that
   * do not fit are widened to whole sources or to any feed, never left out. Throws RangeError for an id of more
   * than 255 bytes, which no task has.
   */
  issue(query: WalkQuery, { position, missing }: PageTokenContent): string {
    const head = packHead(query, position);
    const body = Buffer.concat([head, packMissingFeeds(missing, MOST_BYTES - SEAL_BYTES - head.length)]);
    return Buffer.concat([body, this.#seal(body)]).toString('base64url');
  }

  /** What the token holds, or what is wrong with it. Never throws, whatever the text. */
  read(token: string, { query, knownFeeds }: PageTokenContext): PageTokenContent | PageTokenFault {
    const body = this.#open(token);
    if (body === null) return 'malformed';
    if (!body.subarray(QUERY_AT, TIME_AT).equals(queryDigest(query))) return 'other-query';
    const idEnd = ID_AT + body.readUInt8(ID_LENGTH_AT);
    return {
      position: { time: unpackTime(body.readDoubleBE(TIME_AT)), id: body.toString('utf8', ID_AT, idEnd) },
      missing: unpackMissingFeeds(body.subarray(idEnd), knownFeeds),
    };
  }

  /** The bytes that the MAC vouches for; null when it does not, or when they are of another version. */
  #open(token: string): Buffer | null {
    const bytes = Buffer.from(token, 'base64url');
    // Decoding passes over foreign characters and spare bits; only the one spelling that we issue is accepted.
    if (bytes.length < ID_AT + SEAL_BYTES || bytes.toString('base64url') !== token) return null;
    const body = bytes.subarray(0, -SEAL_BYTES);
    return this.#vouchesFor(body, bytes.subarray(-SEAL_BYTES)) && body[0] === VERSION ? body : null;
  }

  /** Signed with our own key, then, that included, with the shared one, or where it is not known with our own again. */
  #seal(body: Buffer): Buffer {
    const { own, shared } = this.keys;
    const first = firstMac(body, own);
    return Buffer.concat([first, secondMac(body, first, shared?.() ?? own)]);
  }

  /** The second MAC vouches for all before it. Only while the key it was made with is not known will the first do. */
  #vouchesFor(body: Buffer, seal: Buffer): boolean {
    const { own, shared } = this.keys;
    const [first, second] = [seal.subarray(0, MAC_BYTES), seal.subarray(MAC_BYTES)];
    const key = shared?.() ?? null;
    if (timingSafeEqual(second, secondMac(body, first, key ?? own))) return true;
    if (shared === null) return false;
    if (key === null) return timingSafeEqual(first, firstMac(body, own));
    return timingSafeEqual(second, secondMac(body, first, own));
  }
}

/** Each begins with a byte of its own, so that one is never taken for the other of a shorter token. */
function firstMac(body: Buffer, key: Key): Buffer {
  return mac(key, [Buffer.of(1), body]);
}

function secondMac(body: Buffer, first: Buffer, key: Key): Buffer {
  return mac(key, [Buffer.of(2), body, first]);
}

function mac(key: Key, parts: readonly Buffer[]): Buffer {
  return createHmac('sha256', key).update(Buffer.concat(parts)).digest().subarray(0, MAC_BYTES);
}

function packHead(query: WalkQuery, { time, id }: OrderPosition): Buffer {
  const idBytes = Buffer.from(id, 'utf8');
  if (idBytes.length > LONGEST_ID_BYTES) throw new RangeError(`task id of ${idBytes.length} bytes`);
  const head = Buffer.alloc(ID_AT);
  head.writeUInt8(VERSION);
  queryDigest(query).copy(head, QUERY_AT);
  head.writeDoubleBE(time === null ? NaN : Date.parse(time), TIME_AT);
  head.writeUInt8(idBytes.length, ID_LENGTH_AT);
  return Buffer.concat([head, idBytes]);
}

/** Whole milliseconds; NaN stands for no time. */
function unpackTime(epochMs: number): string | null {
  return Number.isNaN(epochMs) ? null : formatTime(epochMs);
}

function queryDigest({ filter, order, includeRaw, visible }: WalkQuery): Buffer {
  // Tokens of releases without access control are those of a caller who sees everything.
  const part = visible === 'all' ? [] : [visible];
  const canonical = JSON.stringify([order, includeRaw, filterKey(filter), ...part]);
  return createHash('sha256').update(canonical).digest().subarray(0, QUERY_BYTES);
}
