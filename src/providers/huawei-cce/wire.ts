import { rawObject } from '@/upstream/raw.js';
import { UpstreamError } from '@/upstream/upstream-error.js';

/**
 * The `items` of a CCE list, snapshot tasks and clusters alike. A Go server writes an empty list as null.
 * Throws `UpstreamError` MALFORMED where there is no list.
 */
export function parseItems(body: unknown): readonly unknown[] {
  const items = rawObject(body) === null ? undefined : (body as { items?: unknown }).items;
  if (items === null) return [];
  if (!Array.isArray(items)) throw new UpstreamError('MALFORMED');
  return items;
}

/** What tells a snapshot task from all others, as JSON: its uid, or a list of everything in it. */
export function identifyItem(item: unknown): string {
  const { metadata } = (rawObject(item) ?? {}) as { metadata?: unknown };
  const { uid } = (rawObject(metadata) ?? {}) as { uid?: unknown };
  return JSON.stringify(typeof uid === 'string' && uid !== '' ? uid : [item]);
}
