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
import { BoundedWait } from './bounded-wait.js';
import type { RedisLink } from './redis-link.js';
import { NO_SIGNER, type RedisSigner } from './redis-signer.js';
import type { Script } from './script.js';
import { LockoutSignatures } from './lockout-signatures.js';
import { ENTER, LEAVE, PROVE, REFUSE, RENEW } from './lockout-scripts.js';

/** The ticket of a replica that died expires after this time; a living one renews it. */
const TICKET_MS = 10_000;
const RENEW_EVERY_MS = 3_000;
/** A record outlives the longest pause, so that the probe after it is still alone. */
const LIFE_BEYOND_PAUSE_MS = 10 * 60_000;
/** Whoever can write to Redis can forge tickets, over and over. After this wait a replica probes without one. */
const LONGEST_WAIT_MS = 30_000;

/** Guessing the password behind a key in Redis takes about 0.1 s and 32 MiB for each guess. */
const SLOWNESS = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 };
const DIGEST_BYTES = 16;
const slowDigest = promisify<string, string, number, typeof SLOWNESS, Buffer>(scrypt);

interface Listener {
  readonly place: string;
  readonly listen: (event: LockoutEvent) => void;
}

export interface RedisLockoutsOptions {
  /** When absent, everything in Redis is accepted. */
  readonly signer?: RedisSigner;
  readonly clock?: Clock;
  /** Called for each pause and each message that is not accepted. */
  readonly onRejected?: () => void;
}

/** The same for all credentials. */
interface SharedOptions {
  readonly link: RedisLink;
  readonly policy: LockoutPolicy;
  /** This process, in messages. */
  readonly sender: string;
  readonly signatures: LockoutSignatures;
  readonly clock: Clock;
  readonly onRejected: () => void;
}

interface LockoutOptions extends SharedOptions {
  readonly key: Promise<string>;
  readonly place: string;
}

/** Counts refusals over all replicas on one Redis. Redis holds a slow digest of each credential, never a secret. */
export class RedisLockouts extends SharedLockouts {
  readonly #keys = new Map<string, Promise<string>>();
  readonly #listeners = new Map<string, Listener[]>();
  readonly #start: string;
  readonly #shared: SharedOptions;

  constructor(
    link: RedisLink,
    policy: LockoutPolicy,
    { signer = NO_SIGNER, clock = SYSTEM_CLOCK, onRejected = nothing }: RedisLockoutsOptions = {},
  ) {
    super();
    this.#start = `${link.prefix}:1${signer.space}:lockout`;
    const channel = `${this.#start}-news`;
    const longestPauseMs = Math.max(...policy.pausesMs);
    const signatures = new LockoutSignatures({ signer, channel, clock, longestPauseMs });
    this.#shared = { link, policy, sender: randomUUID(), signatures, clock, onRejected };
    link.subscribe(channel, (message) => {
      this.#onMessage(message);
    });
  }

  override of(credential: KnownCredential, at: string, listen: Listener['listen']): SharedLockout {
    const place = createHash('sha256').update(at).digest('base64url').slice(0, 16);
    const key = this.#keyOf(credential);
    key
      .then((name) => this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), { place, listen }]))
      .catch(nothing);
    return new RedisLockout({ ...this.#shared, key, place });
  }

  /** The digest is slow: each credential has it made once. */
  #keyOf({ account, secret }: KnownCredential): Promise<string> {
    const identity = JSON.stringify([account, secret]);
    const known = createHash('sha256').update(identity).digest('hex');
    const key = this.#keys.get(known) ?? keyMadeOf(identity, this.#start);
    this.#keys.set(known, key);
    return key;
  }

  /** Ignores what no other replica has sent. */
  #onMessage(message: Buffer): void {
    const { signatures, sender, onRejected } = this.#shared;
    const event = signatures.openEvent(message);
    if (event === null) onRejected();
    const [from, outcome, place, ...words] = event?.split(' ') ?? [];
    const key = words.join(' ');
    if (from === sender) return;
    if (outcome !== 'refused' && outcome !== 'proven') return;
    if (outcome === 'proven') signatures.noteSuccess(key);
    for (const each of this.#listeners.get(key) ?? []) {
      each.listen({ outcome, here: each.place === place });
    }
  }
}

async function keyMadeOf(identity: string, start: string): Promise<string> {
  const digest = await slowDigest(identity, 'tributary lockout v1', DIGEST_BYTES, SLOWNESS);
  return `${start}:${digest.toString('base64url')}`;
}

type Value = string | number;

class RedisLockout implements SharedLockout {
  readonly #lifeMs: number;
  readonly #renewals = new Map<string, NodeJS.Timeout>();
  readonly #waiting: BoundedWait;

  constructor(private readonly options: LockoutOptions) {
    const { clock } = options;
    this.#waiting = new BoundedWait(LONGEST_WAIT_MS, LONGEST_WAIT_MS, () => clock.monotonicMs());
    this.#lifeMs = Math.max(...options.policy.pausesMs) + LIFE_BEYOND_PAUSE_MS;
  }

  async enter(): Promise<Entrance | null> {
    const ticket = randomUUID();
    const answer = await this.#run(ENTER, ticket, () => [TICKET_MS, this.options.policy.mostProbes]);
    const [pauseMs, signedRefusal] = (Array.isArray(answer) ? answer : []) as [number?, string?];
    if (pauseMs === undefined) return null;
    if (pauseMs < 0) return this.#wait();
    this.#waiting.end();
    if (pauseMs > 0) return this.#backOff(pauseMs, signedRefusal ?? '');
    const renew = (): void => void this.#run(RENEW, ticket, () => [TICKET_MS]);
    this.#renewals.set(ticket, setInterval(renew, RENEW_EVERY_MS).unref());
    return { answer: 'enter', ticket };
  }

  /** null after too long a wait: no probe takes that long. */
  #wait(): Entrance | null {
    if (this.#waiting.isGivenUp()) return null;
    this.#waiting.wait();
    return { answer: 'wait' };
  }

  /** null when no replica signed a refusal: the record is forged or outdated, and is removed. */
  async #backOff(pauseMs: number, signedRefusal: string): Promise<Entrance | null> {
    const { key, link, signatures, onRejected } = this.options;
    const name = await key;
    const forMs = signatures.acceptedPauseMs(name, pauseMs, signedRefusal);
    if (forMs > 0) return { answer: 'backoff', forMs };
    onRejected();
    await link.run((redis) => redis.del(name)).catch(nothing);
    return null;
  }

  async leave(ticket: string): Promise<void> {
    if (this.#stopRenewing(ticket)) await this.#run(LEAVE, ticket, () => []);
  }

  async refused({ ticket, ageMs }: JudgedCall): Promise<void> {
    const { policy, signatures } = this.options;
    this.#stopRenewing(ticket);
    await this.#run(REFUSE, ticket, (key) => [
      ...this.#report(key, 'refused', ageMs),
      signatures.signRefusal(key),
      policy.mostRefusals,
      ...policy.pausesMs,
    ]);
  }

  async proven({ ticket, ageMs }: JudgedCall): Promise<boolean> {
    this.#stopRenewing(ticket);
    const answer = await this.#run(PROVE, ticket, (key) => {
      this.options.signatures.noteSuccess(key);
      return this.#report(key, 'proven', ageMs);
    });
    return answer !== null;
  }

  /** What a script needs to judge an outcome, and to publish it. */
  #report(key: string, outcome: LockoutEvent['outcome'], ageMs: number): Value[] {
    const { sender, signatures, place } = this.options;
    const event = signatures.signEvent(`${sender} ${outcome} ${place} ${key}`);
    return [Math.max(ageMs, 0), signatures.channel, event];
  }

  /** null while Redis cannot be used. */
  async #run(
    script: Script,
    ticket: string | null,
    argsFor: (key: string) => readonly Value[],
  ): Promise<unknown> {
    const { link, key, place } = this.options;
    try {
      const name = await key;
      const args = [place, ticket ?? '', this.#lifeMs, ...argsFor(name)];
      return await link.run((redis) => script.run(redis, [name], args));
    } catch {
      return null;
    }
  }

  /** False when the ticket was given back before. */
  #stopRenewing(ticket: string | null): boolean {
    if (ticket === null) return false;
    clearInterval(this.#renewals.get(ticket));
    return this.#renewals.delete(ticket);
  }
}

function nothing(): void {
  // Without a key nothing is asked of Redis, as if it were down.
}
