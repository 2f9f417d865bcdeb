import { createHash, randomUUID, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import {
  SharedLockouts,
  type Entrance,
  type JudgedCall,
  type KnownCredential,
  type LockoutPolicy,
  type SharedLockout,
  type LockoutEvent,
} from '@/model/shared-lockout.js';
import { SYSTEM_CLOCK, type Clock } from '@/model/clock.js';
import type { RedisLink } from './redis-link.js';
import { NO_SIGNER, type RedisSigner } from './redis-signer.js';
import type { Script } from './script.js';
import { LockoutSeal } from './lockout-seal.js';
import { ENTER, LEAVE, PROVE, REFUSE, RENEW } from './lockout-scripts.js';

/** A ticket is renewed as long as its holder lives. */
const TICKET_MS = 10_000;
const RENEW_EVERY_MS = 3_000;
/** On top of the longest pause, so that a record outlives it and the call after it is still alone. */
const LIFE_BEYOND_PAUSE_MS = 10 * 60_000;
/** A first call of others is waited for no longer: tickets may have been put there by somebody else, over and over. */
const LONGEST_WAIT_MS = 30_000;

/** Makes trying out passwords on a key that was read in Redis slow: about 0.1 s and 32 MiB for each. */
const SLOWNESS = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 };
const DIGEST_BYTES = 16;
const slowDigest = promisify<string, string, number, typeof SLOWNESS, Buffer>(scrypt);

interface Listener {
  readonly place: string;
  readonly listen: (event: LockoutEvent) => void;
}

export interface RedisLockoutsOptions {
  /** When absent, whoever can write to Redis is believed. */
  readonly signer?: RedisSigner;
  readonly clock?: Clock;
  /** Told of each pause and each message that is not believed. */
  readonly onDisbelief?: () => void;
}

/** The lockout of credentials over all replicas on one Redis. No secret gets there, only a slow digest. */
export class RedisLockouts extends SharedLockouts {
  readonly #keys = new Map<string, Promise<string>>();
  readonly #listeners = new Map<string, Listener[]>();
  readonly #sender = randomUUID();
  readonly #start: string;
  readonly #seal: LockoutSeal;
  readonly #onDisbelief: () => void;

  constructor(
    private readonly link: RedisLink,
    private readonly policy: LockoutPolicy,
    { signer = NO_SIGNER, clock = SYSTEM_CLOCK, onDisbelief = nothing }: RedisLockoutsOptions = {},
  ) {
    super();
    // The name that the keys have had from the first release on.
    this.#start = `${link.prefix}:1${signer.space}:standing`;
    const channel = `${this.#start}-news`;
    this.#seal = new LockoutSeal({ signer, channel, clock, longestPauseMs: Math.max(...policy.pausesMs) });
    this.#onDisbelief = onDisbelief;
    link.subscribe(channel, (message) => {
      this.#hear(message);
    });
  }

  override of(credential: KnownCredential, at: string, listen: Listener['listen']): SharedLockout {
    const place = createHash('sha256').update(at).digest('base64url').slice(0, 16);
    const key = this.#keyOf(credential);
    key
      .then((name) => this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), { place, listen }]))
      .catch(nothing);
    const { link, policy } = this;
    const onDisbelief = this.#onDisbelief;
    return new RedisLockout({
      link,
      policy,
      key,
      place,
      sender: this.#sender,
      seal: this.#seal,
      onDisbelief,
    });
  }

  /** One digest for each credential, begun when it is first named. */
  #keyOf({ account, secret }: KnownCredential): Promise<string> {
    const identity = JSON.stringify([account, secret]);
    const known = createHash('sha256').update(identity).digest('hex');
    const key = this.#keys.get(known) ?? keyMadeOf(identity, this.#start);
    this.#keys.set(known, key);
    return key;
  }

  /** What is no message of another replica is ignored. */
  #hear(message: Buffer): void {
    const event = this.#seal.open(message);
    if (event === null) this.#onDisbelief();
    const [sender, outcome, place, ...words] = event?.split(' ') ?? [];
    const key = words.join(' ');
    if (sender === this.#sender) return;
    if (outcome !== 'refused' && outcome !== 'proven') return;
    if (outcome === 'proven') this.#seal.noteProof(key);
    for (const each of this.#listeners.get(key) ?? []) {
      each.listen({ outcome, here: each.place === place });
    }
  }
}

async function keyMadeOf(identity: string, start: string): Promise<string> {
  const digest = await slowDigest(identity, 'tributary standing v1', DIGEST_BYTES, SLOWNESS);
  return `${start}:${digest.toString('base64url')}`;
}

interface LockoutOptions {
  readonly link: RedisLink;
  readonly policy: LockoutPolicy;
  readonly key: Promise<string>;
  readonly place: string;
  readonly sender: string;
  readonly seal: LockoutSeal;
  readonly onDisbelief: () => void;
}

class RedisLockout implements SharedLockout {
  readonly #lifeMs: number;
  readonly #renewals = new Map<string, NodeJS.Timeout>();
  /** Since when others have had first calls out, by a monotonic clock; null: none was seen. */
  #waitsSinceMs: number | null = null;

  constructor(private readonly options: LockoutOptions) {
    this.#lifeMs = Math.max(...options.policy.pausesMs) + LIFE_BEYOND_PAUSE_MS;
  }

  async enter(): Promise<Entrance | null> {
    const ticket = randomUUID();
    const answer = await this.#run(ENTER, ticket, [TICKET_MS, this.options.policy.mostProbes]);
    const [pauseMs, proof] = (Array.isArray(answer) ? answer : []) as [pauseMs?: number, proof?: string];
    if (pauseMs === undefined) return null;
    if (pauseMs < 0) return this.#wait();
    this.#waitsSinceMs = null;
    if (pauseMs > 0) return this.#backOff(pauseMs, proof ?? '');
    const renew = (): void => void this.#run(RENEW, ticket, [TICKET_MS]);
    this.#renewals.set(ticket, setInterval(renew, RENEW_EVERY_MS).unref());
    return { answer: 'enter', ticket };
  }

  /** null when it has taken so long that the tickets cannot be those of calls. */
  #wait(): Entrance | null {
    this.#waitsSinceMs ??= performance.now();
    return performance.now() - this.#waitsSinceMs > LONGEST_WAIT_MS ? null : { answer: 'wait' };
  }

  /** null when no replica of ours has been refused: then the record is somebody else's, and is removed. */
  async #backOff(pauseMs: number, proof: string): Promise<Entrance | null> {
    const { key, link, seal, onDisbelief } = this.options;
    const name = await key;
    const forMs = seal.believedMs(name, pauseMs, proof);
    if (forMs > 0) return { answer: 'backoff', forMs };
    onDisbelief();
    await link.run((redis) => redis.del(name)).catch(nothing);
    return null;
  }

  async leave(ticket: string): Promise<void> {
    if (this.#stopRenewing(ticket)) await this.#run(LEAVE, ticket, []);
  }

  async refused(call: JudgedCall): Promise<void> {
    const { policy, seal, key } = this.options;
    const proof = seal.proof(await key.catch(() => ''));
    await this.#report(REFUSE, { outcome: 'refused', ...call }, [
      proof,
      policy.mostRefusals,
      ...policy.pausesMs,
    ]);
  }

  async proven(call: JudgedCall): Promise<boolean> {
    const { seal, key } = this.options;
    seal.noteProof(await key.catch(() => ''));
    return (await this.#report(PROVE, { outcome: 'proven', ...call }, [])) !== null;
  }

  async #report(
    script: Script,
    { outcome, ticket, ageMs }: JudgedCall & { readonly outcome: 'refused' | 'proven' },
    args: readonly (string | number)[],
  ): Promise<unknown> {
    if (ticket !== null) this.#stopRenewing(ticket);
    const { sender, seal, place, key } = this.options;
    const event = seal.sign(`${sender} ${outcome} ${place} ${await key.catch(() => '')}`);
    return this.#run(script, ticket ?? '', [Math.max(ageMs, 0), seal.channel, event, ...args]);
  }

  /** null where Redis cannot be used. */
  async #run(script: Script, ticket: string, args: readonly (string | number)[]): Promise<unknown> {
    const { link, key, place } = this.options;
    try {
      const name = await key;
      return await link.run((redis) => script.run(redis, [name], [place, ticket, this.#lifeMs, ...args]));
    } catch {
      return null;
    }
  }

  /** False when the ticket was given back before. */
  #stopRenewing(ticket: string): boolean {
    clearInterval(this.#renewals.get(ticket));
    return this.#renewals.delete(ticket);
  }
}

function nothing(): void {
  // Without a key nothing is asked of Redis, as if it were down.
}
