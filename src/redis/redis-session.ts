import { randomUUID } from 'node:crypto';
import { Cluster, type Redis } from 'ioredis';
import pLimit from 'p-limit';
import type { RedisAddress } from './redis-address.js';
import { connect, CONNECT_BOUND_MS, newClient, newSubscriber, nodesOf } from './connect.js';
import { faultOf } from './redis-fault.js';
import { orLacking, probeScripts } from './probe-script.js';
import { RedisUnavailable, withinBound, type Commands } from './redis-link.js';

/** The longest that commands take, milliseconds: short ones, and those with much to carry. */
export interface CommandBounds {
  readonly shortMs: number;
  readonly bulkMs: number;
}

export const COMMAND_BOUNDS: CommandBounds = { shortMs: 500, bulkMs: 5_000 };
/**
 * So many share the one connection at once; the time of those that wait does not count. Hundreds of snapshots that are loaded
 * at a start would otherwise take longer than the bound together, and Redis would be taken for slow.
 */
const MOST_BULK_COMMANDS = 8;
const QUIT_BOUND_MS = 200;
/** Enough to hit a slot of most nodes of a small cluster. */
const PROBE_KEYS = 8;
const PROBE_KEYS_LIVE_MS = 1_000;

export interface SessionOptions {
  readonly address: RedisAddress;
  readonly prefix: string;
  readonly bounds: CommandBounds;
  /** Called at most once: a connection was lost, so that the session is of no more use. */
  readonly onLost: (code: string) => void;
  readonly onMessage: (channel: string, message: Buffer) => void;
}

/**
 * The three connections of one stretch of time in which Redis can be used. When anything goes wrong it is
 * destroyed and another takes its place, so that no late answer is ever taken for that of another command.
 */
export class RedisSession {
  readonly #short: Commands;
  readonly #bulk: Commands;
  #subscriber: Redis | null = null;
  readonly #subscribed = new Set<string>();
  readonly #bulkTurns = pLimit(MOST_BULK_COMMANDS);
  #over = false;
  #lastError: unknown = null;

  constructor(private readonly options: SessionOptions) {
    this.#short = this.#watched(newClient(options.address));
    this.#bulk = this.#watched(newClient(options.address));
  }

  /** Connects, subscribes and probes. Throws RedisUnavailable; the session is to be destroyed then. */
  async open(channels: ReadonlyMap<string, unknown>): Promise<void> {
    try {
      await withinBound(CONNECT_BOUND_MS, this.#connect());
      await this.subscribe(channels);
      await this.probe();
    } catch (error) {
      // A connection that was refused or shut tells why in an event; its promise does not.
      const isLacking = error instanceof RedisUnavailable && error.code === 'LACKING';
      const { code, lacking } = faultOf(isLacking ? error : (this.#lastError ?? error));
      throw new RedisUnavailable(code, lacking);
    }
  }

  /** Within the bound of its kind. Throws what Redis or ioredis throws, or RedisUnavailable for TIMEOUT. */
  async run<T>(work: (redis: Commands) => Promise<T>, kind: 'short' | 'bulk'): Promise<T> {
    if (kind === 'short') return withinBound(this.options.bounds.shortMs, work(this.#short));
    return this.#bulkTurns(() => withinBound(this.options.bounds.bulkMs, work(this.#bulk)));
  }

  /** Subscribes to those of the channels that it has not subscribed to yet. */
  async subscribe(channels: ReadonlyMap<string, unknown>): Promise<void> {
    const missing = [...channels.keys()].filter((channel) => !this.#subscribed.has(channel));
    if (missing.length === 0 || this.#subscriber === null) return;
    for (const channel of missing) this.#subscribed.add(channel);
    const subscribing = this.#subscriber.subscribe(...missing);
    await withinBound(this.options.bounds.shortMs, orLacking('SUBSCRIBE', subscribing));
  }

  /** Resolves when every connection answers and what is written can be read. */
  async probe(): Promise<void> {
    await withinBound(this.options.bounds.shortMs, this.#probe());
  }

  /** Ends it politely within 200 ms, else by force. */
  async quit(): Promise<void> {
    this.#over = true;
    const clients = this.#clients();
    const ended = Promise.all(clients.map(hasEnded));
    for (const client of clients) client.quit().catch(ignore);
    await withinBound(QUIT_BOUND_MS, ended).catch(ignore);
    this.destroy();
  }

  /** Cuts the connections at once; commands under way fail. */
  destroy(): void {
    this.#over = true;
    for (const client of this.#clients()) client.disconnect();
  }

  #clients(): Commands[] {
    return [this.#short, this.#bulk, ...(this.#subscriber === null ? [] : [this.#subscriber])];
  }

  async #connect(): Promise<void> {
    const { address } = this.options;
    await Promise.all([connect(this.#short, address), connect(this.#bulk, address)]);
    if (this.#over) throw new RedisUnavailable('CLOSED');
    this.#subscriber = this.#watched(newSubscriber(address, this.#short));
    this.#subscriber.on('messageBuffer', (channel: Buffer, message: Buffer) => {
      this.options.onMessage(channel.toString(), message);
    });
    await connect(this.#subscriber, address);
  }

  #watched<C extends Commands>(client: C): C {
    const note = (error: unknown): void => {
      this.#lastError = error;
    };
    client.on('error', note);
    client.on('node error', note);
    client.on('end', () => {
      if (this.#over) return;
      this.#over = true;
      const { code } = faultOf(this.#lastError);
      this.options.onLost(code === 'OTHER' ? 'UNREACHABLE' : code);
    });
    return client;
  }

  async #probe(): Promise<void> {
    const idle = this.#bulkTurns.activeCount === 0 ? [this.#bulk] : [];
    const nodes = [this.#short, ...idle].flatMap(nodesOf);
    await Promise.all([...nodes.map((node) => this.#answers(node)), this.#subscriber?.ping()]);
    await Promise.all(Array.from({ length: PROBE_KEYS }, () => this.#roundTrip()));
    const key = `${this.options.prefix}:1:probe:${randomUUID()}`;
    await orLacking('ZREM', this.#short.zrem(key, ''));
    await orLacking('EVALSHA, EVAL', probeScripts(this.#short, key, `${this.options.prefix}:1:probe`));
  }

  /** A cluster's node that was started again answers pings before it takes part, but to no key until then. */
  async #answers(node: Redis): Promise<void> {
    const getting = orLacking('GET', node.get(`${this.options.prefix}:1:probe`));
    await getting.catch((error: unknown) => {
      const isOfAnother = this.#short instanceof Cluster && faultOf(error).code === 'MOVED';
      if (!isOfAnother) throw error;
    });
  }

  async #roundTrip(): Promise<void> {
    const value = randomUUID();
    const key = `${this.options.prefix}:1:probe:${value}`;
    const [, read] = await Promise.all([
      orLacking('SET', this.#short.set(key, value, 'PX', PROBE_KEYS_LIVE_MS)),
      orLacking('GET', this.#short.get(key)),
      orLacking('DEL', this.#short.del(key)),
    ]);
    if (read !== value) throw new RedisUnavailable('OTHER');
  }
}

function hasEnded(client: Commands): Promise<void> {
  return new Promise((resolve) => {
    if (client.status === 'end') resolve();
    else client.once('end', resolve);
  });
}

function ignore(): void {
  // What could not be ended politely is destroyed.
}
