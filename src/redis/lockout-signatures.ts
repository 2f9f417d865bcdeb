import type { Clock } from '@/model/clock.js';
import type { RedisSigner } from './redis-signer.js';

export interface LockoutSealOptions {
  readonly signer: RedisSigner;
  readonly channel: string;
  readonly clock: Clock;
  readonly longestPauseMs: number;
}

/** News is for the moment: what was signed longer ago was recorded and is sent again by somebody else. */
const NEWS_LIVE_MS = 60_000;
/** Senders of the last minute that are remembered, far more than there are replicas. */
const MOST_SENDERS = 1_000;
const LONGEST_MESSAGE = 1_024;

/**
 * What vouches for the lockout of credentials in Redis. The record itself is counted by scripts, which know no
 * secret; so each refusal leaves a signed proof of when it was, and a pause is believed only within the longest pause
 * after one. Without a secret everything is believed.
 */
export class LockoutSeal {
  readonly #proven = new Map<string, number>();
  readonly #lastOf = new Map<string, number>();
  #lastMs = 0;

  constructor(private readonly options: LockoutSealOptions) {}

  get channel(): string {
    return this.options.channel;
  }

  /** A message as it is sent: with a time that no other of this replica has. */
  sign(news: string): string {
    const { signer, channel, clock } = this.options;
    if (!signer.isSigning) return news;
    this.#lastMs = Math.max(Math.floor(clock.wallMs()), this.#lastMs + 1);
    return signer.sign(channel, `${this.#lastMs} ${news}`);
  }

  /** The news of a message; null when it was not signed, or was heard before. */
  open(message: Buffer): string | null {
    const { signer, channel } = this.options;
    if (message.length > LONGEST_MESSAGE) return null;
    const text = signer.open(channel, message.toString());
    if (text === null || !signer.isSigning) return text;
    const [time = '', sender = ''] = text.split(' ', 2);
    return this.#isNew(sender, Number(time)) ? text.slice(time.length + 1) : null;
  }

  /** That the credential with this key is refused now. '' where nothing is signed. */
  proof(key: string): string {
    const { signer, clock } = this.options;
    return signer.isSigning ? signer.sign(`${key}:proof`, String(Math.floor(clock.wallMs()))) : '';
  }

  /** The credential was accepted: what was refused before no longer counts. */
  noteProof(key: string): void {
    this.#proven.set(key, this.options.clock.wallMs());
  }

  /** How much of a pause is believed, milliseconds. */
  believedMs(key: string, restMs: number, proof: string): number {
    const { signer, clock, longestPauseMs } = this.options;
    if (!signer.isSigning) return restMs;
    const refusedMs = Number(signer.open(`${key}:proof`, proof) ?? Number.NaN);
    const isOver = !(refusedMs > (this.#proven.get(key) ?? 0));
    return isOver ? 0 : Math.min(restMs, refusedMs + longestPauseMs - clock.wallMs());
  }

  #isNew(sender: string, sentMs: number): boolean {
    const isOfNow = Math.abs(this.options.clock.wallMs() - sentMs) <= NEWS_LIVE_MS;
    if (!isOfNow || sentMs <= (this.#lastOf.get(sender) ?? 0)) return false;
    if (this.#lastOf.size >= MOST_SENDERS) this.#lastOf.clear();
    this.#lastOf.set(sender, sentMs);
    return true;
  }
}
