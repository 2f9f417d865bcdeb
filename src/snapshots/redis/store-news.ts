import type { News } from '../snapshot-store.js';
import { boundBackoff, readBackoff } from './backoff-text.js';
import { newsChannel, type SlotOptions } from './redis-slot.js';

/** Names have 300 characters at most, and what is told of them less. */
const LONGEST_MESSAGE = 4_096;

/** What another replica has announced; null for what no replica has sent. */
export function newsFrom(message: Buffer, options: SlotOptions, nowMs: number): News | 'own' | null {
  if (message.length > LONGEST_MESSAGE) return null;
  const text = options.signer.open(newsChannel(options), message.toString());
  if (text === null) return null;
  const { from, name, version, backoff } = fieldsOf(text);
  if (from === options.replicaId) return 'own';
  if (typeof name !== 'string') return null;
  if (Number.isSafeInteger(version)) return { name, version: version as number };
  const told = readBackoff(backoff);
  const bound = told && boundBackoff(told, nowMs);
  return bound && { name, backoff: bound };
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const news = JSON.parse(text) as unknown;
    return typeof news === 'object' && news !== null ? { ...news } : {};
  } catch {
    return {};
  }
}
