import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Commands, RedisLink } from './redis-link.js';

const SECRET_BYTES = 32;
/** A replica that knows no secret leaves it this long to the others to bring theirs back. */
const PRECEDENCE_MS = 1_500;

/** The secret that all replicas on one Redis share, made by the first of them. */
export class SharedSecret {
  readonly #key: string;
  #value: Uint8Array | null = null;

  /** Agrees anew each time the link comes up: a Redis that was restarted empty has forgotten it. */
  constructor(private readonly link: RedisLink) {
    this.#key = `${link.prefix}:1:page-token-secret`;
    link.onUp(() => void this.agreeAgain());
  }

  /** null until Redis could be asked. */
  get value(): Uint8Array | null {
    return this.#value;
  }

  /**
   * Proposes the one known here, or a new one, and takes what is there, unless that is no secret. Where Redis cannot
   * be used it changes nothing.
   */
  async agree(): Promise<void> {
    const proposal = this.#value ?? randomBytes(SECRET_BYTES);
    await this.#ask(async (redis) => {
      const written = Buffer.from(proposal).toString('base64url');
      await redis.set(this.#key, written, 'NX');
      const found = await this.#read(redis);
      if (found === null) await redis.set(this.#key, written);
      return found ?? proposal;
    });
  }

  /** The link is up after it was down: those who know the secret go first. */
  private async agreeAgain(): Promise<void> {
    if (this.#value === null) await this.#ask((redis) => this.#read(redis));
    if (this.#value === null) await pause(PRECEDENCE_MS, undefined, { ref: false });
    await this.agree();
  }

  async #read(redis: Commands): Promise<Uint8Array | null> {
    const found = Buffer.from((await redis.get(this.#key)) ?? '', 'base64url');
    return found.length === SECRET_BYTES ? found : null;
  }

  async #ask(work: (redis: Commands) => Promise<Uint8Array | null>): Promise<void> {
    try {
      this.#value = (await this.link.run(work)) ?? this.#value;
    } catch {
      // The link has counted it, and calls again when it is up.
    }
  }
}
