import type { StoreEvent } from '../snapshot-store.js';
import { boundBackoff, readBackoff } from './backoff-text.js';
import { eventChannel, type SlotOptions } from './redis-slot.js';

/** A name has at most 300 characters; an event is shorter than this. */
const LONGEST_MESSAGE = 4_096;

/** The event of another replica; 'own' for an event of this replica; null for anything else. */
export function parseStoreEvent(
  message: Buffer,
  options: SlotOptions,
  nowMs: number,
): StoreEvent | 'own' | null {
  if (message.length > LONGEST_MESSAGE) return null;
  const text = options.signer.open(eventChannel(options), message.toString());
  if (text === null) return null;
  const { from, name, version, backoff } = fieldsOf(text);
  if (from === options.replicaId) return 'own';
  if (typeof name !== 'string') return null;
  if (Number.isSafeInteger(version)) return { name, version: version as number };
  const read = readBackoff(backoff);
  const bound = read && boundBackoff(read, nowMs);
  return bound && { name, backoff: bound };
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const event = JSON.parse(text) as unknown;
    return typeof event === 'object' && event !== null ? { ...event } : {};
  } catch {
    return {};
  }
}
