import { createHash, randomUUID, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import {
  SharedStandings,
  type Entrance,
  type JudgedCall,
  type KnownCredential,
  type RestPolicy,
  type SharedStanding,
  type StandingNews,
} from '@/model/shared-standing.js';
import type { RedisLink } from './redis-link.js';
import type { Script } from './script.js';
import { ENTER, LEAVE, PROVE, REFUSE, RENEW } from './standing-scripts.js';

/** A ticket is renewed as long as its holder lives. */
const TICKET_MS = 10_000;
const RENEW_EVERY_MS = 3_000;
/** On top of the longest pause, so that a record outlives it and the call after it is still alone. */
const LIFE_BEYOND_PAUSE_MS = 10 * 60_000;

/** Makes trying out passwords on a key that was read in Redis slow: about 0.1 s and 32 MiB for each. */
const SLOWNESS = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 };
const DIGEST_BYTES = 16;
const slowDigest = promisify<string, string, number, typeof SLOWNESS, Buffer>(scrypt);

interface Listener {
  readonly place: string;
  readonly listen: (news: StandingNews) => void;
}

/** The standing of credentials over all replicas on one Redis. No secret gets there, only a slow digest. */
export class RedisStandings extends SharedStandings {
  readonly #keys = new Map<string, Promise<string>>();
  readonly #listeners = new Map<string, Listener[]>();
  readonly #sender = randomUUID();
  readonly #channel: string;

  constructor(
    private readonly link: RedisLink,
    private readonly policy: RestPolicy,
  ) {
    super();
    this.#channel = `${link.prefix}:1:standing-news`;
    link.subscribe(this.#channel, (message) => {
      this.#hear(message.toString());
    });
  }

  override of(credential: KnownCredential, at: string, listen: Listener['listen']): SharedStanding {
    const place = createHash('sha256').update(at).digest('base64url').slice(0, 16);
    const key = this.#keyOf(credential);
    key
      .then((name) => this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), { place, listen }]))
      .catch(nothing);
    const { link, policy } = this;
    return new RedisStanding({ link, policy, key, place, sender: this.#sender, channel: this.#channel });
  }

  /** One digest for each credential, begun when it is first named. */
  #keyOf({ account, secret }: KnownCredential): Promise<string> {
    const identity = JSON.stringify([account, secret]);
    const known = createHash('sha256').update(identity).digest('hex');
    const key = this.#keys.get(known) ?? keyMadeOf(identity, this.link.prefix);
    this.#keys.set(known, key);
    return key;
  }

  /** What is no message of another replica is ignored. */
  #hear(message: string): void {
    const [sender, outcome, place, ...key] = message.split(' ');
    if (sender === this.#sender) return;
    if (outcome !== 'refused' && outcome !== 'proven') return;
    for (const each of this.#listeners.get(key.join(' ')) ?? []) {
      each.listen({ outcome, here: each.place === place });
    }
  }
}

async function keyMadeOf(identity: string, prefix: string): Promise<string> {
  const digest = await slowDigest(identity, 'tributary standing v1', DIGEST_BYTES, SLOWNESS);
  return `${prefix}:1:standing:${digest.toString('base64url')}`;
}

interface StandingOptions {
  readonly link: RedisLink;
  readonly policy: RestPolicy;
  readonly key: Promise<string>;
  readonly place: string;
  readonly sender: string;
  readonly channel: string;
}

class RedisStanding implements SharedStanding {
  readonly #lifeMs: number;
  readonly #renewals = new Map<string, NodeJS.Timeout>();

  constructor(private readonly options: StandingOptions) {
    this.#lifeMs = Math.max(...options.policy.pausesMs) + LIFE_BEYOND_PAUSE_MS;
  }

  async enter(): Promise<Entrance | null> {
    const ticket = randomUUID();
    const answer = await this.#run(ENTER, ticket, [TICKET_MS, this.options.policy.mostProbes]);
    if (typeof answer !== 'number') return null;
    if (answer > 0) return { answer: 'rest', forMs: answer };
    if (answer < 0) return { answer: 'wait' };
    const renew = (): void => void this.#run(RENEW, ticket, [TICKET_MS]);
    this.#renewals.set(ticket, setInterval(renew, RENEW_EVERY_MS).unref());
    return { answer: 'enter', ticket };
  }

  async leave(ticket: string): Promise<void> {
    if (this.#stopRenewing(ticket)) await this.#run(LEAVE, ticket, []);
  }

  async refused(call: JudgedCall): Promise<void> {
    const { mostRefusals, pausesMs } = this.options.policy;
    await this.#report(REFUSE, call, [mostRefusals, ...pausesMs]);
  }

  async proven(call: JudgedCall): Promise<boolean> {
    return (await this.#report(PROVE, call, [])) !== null;
  }

  #report(script: Script, { ticket, ageMs }: JudgedCall, args: readonly number[]): Promise<unknown> {
    if (ticket !== null) this.#stopRenewing(ticket);
    const { channel, sender } = this.options;
    return this.#run(script, ticket ?? '', [Math.max(ageMs, 0), channel, sender, ...args]);
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
