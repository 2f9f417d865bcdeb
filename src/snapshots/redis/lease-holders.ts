import { randomUUID } from 'node:crypto';
import type { RedisSigner } from '@/redis/redis-signer.js';
import type { ClaimRequest } from '../snapshot-store.js';
import type { RedisSlot } from './redis-slot.js';
import type { Trust } from './trust.js';

export interface LeaseHoldersOptions {
  readonly signer: RedisSigner;
  readonly replicaId: string;
  readonly longestReadMs: number;
  readonly trust: Trust;
}

/**
 * What a lease in Redis says of who holds it: the replica, what makes it unique and, where it is signed, the lowest
 * version that its entry can have. By that it is told from a lease of the past that somebody has put back.
 */
export class LeaseHolders {
  constructor(private readonly options: LeaseHoldersOptions) {}

  make(slot: RedisSlot, { held, nowMs }: ClaimRequest): string {
    const { signer, replicaId } = this.options;
    const holder = `${replicaId}:${randomUUID()}`;
    if (!signer.isSigning) return holder;
    const unsigned = `${holder}:${Math.max(Math.floor(nowMs), (held ?? 0) + 1)}`;
    return `${unsigned}:${macOf(slot, unsigned)}`;
  }

  /** Whether to wait for the holder: it may be at work, and no longer than a read takes. */
  isBelieved(slot: RedisSlot, holder: string, request: ClaimRequest): boolean {
    const { signer, longestReadMs, trust } = this.options;
    if (trust.busyMs(slot.name, request.held) > longestReadMs) return false;
    return !signer.isSigning || this.#isOfNow(slot, holder, request);
  }

  #isOfNow(slot: RedisSlot, holder: string, { held, nowMs }: ClaimRequest): boolean {
    const macAt = holder.lastIndexOf(':');
    const unsigned = holder.slice(0, Math.max(macAt, 0));
    if (slot.open('lease', `${holder.slice(macAt + 1)}.${unsigned}`) === null) return false;
    const version = Number(unsigned.slice(unsigned.lastIndexOf(':') + 1));
    return version > (held ?? 0) && nowMs - version <= this.options.longestReadMs;
  }
}

function macOf(slot: RedisSlot, text: string): string {
  const signed = slot.sign('lease', text);
  return signed.slice(0, signed.indexOf('.'));
}
