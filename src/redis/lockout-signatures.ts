import type { Clock } from '@/model/clock.js';
import type { RedisSigner } from './redis-signer.js';

export interface LockoutSignaturesOptions {
  readonly signer: RedisSigner;
  readonly channel: string;
  readonly clock: Clock;
  readonly longestPauseMs: number;
}

/** Older messages are replays: the record has what they said. */
const LONGEST_MESSAGE_AGE_MS = 60_000;
/** Far more than there are replicas. */
const MOST_SENDERS = 1_000;
const LONGEST_MESSAGE = 1_024;

/**
 * Signs and checks what replicas tell each other of lockouts. The scripts that count do not know the secret. So the
 * replica that was refused signs when that was, and the longest pause from then on is all that is accepted. Without a
 * secret, everything is accepted.
 */
export class LockoutSignatures {
  readonly #lastSuccessMs = new Map<string, number>();
  readonly #lastSentMs = new Map<string, number>();
  #lastMs = 0;

  constructor(private readonly options: LockoutSignaturesOptions) {}

  get channel(): string {
    return this.options.channel;
  }

  /** The message for an event. Each message of a replica has a later time than the one before. */
  signEvent(event: string): string {
    const { signer, channel, clock } = this.options;
    if (!signer.isSigning) return event;
    this.#lastMs = Math.max(Math.floor(clock.wallMs()), this.#lastMs + 1);
    return signer.sign(channel, `${this.#lastMs} ${event}`);
  }

  /** The event of a message; null when the signature is wrong or the message is a replay. */
  openEvent(message: Buffer): string | null {
    const { signer, channel } = this.options;
    if (message.length > LONGEST_MESSAGE) return null;
    const text = signer.open(channel, message.toString());
    if (text === null || !signer.isSigning) return text;
    const [time = '', sender = ''] = text.split(' ', 2);
    return this.#isNew(sender, Number(time)) ? text.slice(time.length + 1) : null;
  }

  /** The signed time of a refusal that happens now. '' without a secret. */
  signRefusal(key: string): string {
    const { signer, clock } = this.options;
    return signer.isSigning ? signer.sign(`${key}:proof`, String(Math.floor(clock.wallMs()))) : '';
  }

  /** The credential has succeeded: refusals from before no longer count. */
  noteSuccess(key: string): void {
    this.#lastSuccessMs.set(key, this.options.clock.wallMs());
  }

  /** How much of a pause is accepted, milliseconds; 0 or less: nothing. */
  acceptedPauseMs(key: string, pauseMs: number, signedRefusal: string): number {
    const { signer, clock, longestPauseMs } = this.options;
    if (!signer.isSigning) return pauseMs;
    const refusedMs = Number(signer.open(`${key}:proof`, signedRefusal) ?? Number.NaN);
    const counts = refusedMs > (this.#lastSuccessMs.get(key) ?? 0);
    return counts ? Math.min(pauseMs, refusedMs + longestPauseMs - clock.wallMs()) : 0;
  }

  #isNew(sender: string, sentMs: number): boolean {
    const isRecent = Math.abs(this.options.clock.wallMs() - sentMs) <= LONGEST_MESSAGE_AGE_MS;
    if (!isRecent || sentMs <= (this.#lastSentMs.get(sender) ?? 0)) return false;
    if (this.#lastSentMs.size >= MOST_SENDERS) this.#lastSentMs.clear();
    this.#lastSentMs.set(sender, sentMs);
    return true;
  }
}
