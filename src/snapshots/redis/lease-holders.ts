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
 * Names the holders of leases: the replica, a random part and, with a secret, the lowest version that the entry can have,
 * signed. By that version an old lease that somebody has put back is recognised.
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

  /** False when the holder is forged, or has held the lease for longer than a read takes. */
  isValid(slot: RedisSlot, holder: string, request: ClaimRequest): boolean {
    const { signer, longestReadMs, trust } = this.options;
    if (trust.busyForMs(slot.name, request.held) > longestReadMs) return false;
    return !signer.isSigning || this.#isCurrent(slot, holder, request);
  }

  #isCurrent(slot: RedisSlot, holder: string, { held, nowMs }: ClaimRequest): boolean {
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
