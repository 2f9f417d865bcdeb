import { rawObject } from '@/upstream/raw.js';
import { UpstreamError } from '@/upstream/upstream-error.js';

/** The lists of CSS: log backup records (the array has a singular name) and clusters. */
export type ListName = 'clusterLogRecord' | 'clusters';

/**
 * The records of a page; null stands for none, unless `totalSize`, which older backends do not tell, says that there
 * are some. Throws `UpstreamError` MALFORMED where there is no list.
 */
export function parseList(body: unknown, name: ListName): readonly unknown[] {
  const envelope = (rawObject(body) ?? {}) as Partial<Record<ListName | 'totalSize', unknown>>;
  const list = envelope[name];
  if (list === null && (envelope.totalSize ?? 0) === 0) return [];
  if (!Array.isArray(list)) throw new UpstreamError('MALFORMED');
  return list;
}

/** What tells a record from all others, as JSON: its id, or a list of everything in it, so that none is like an id. */
export function identifyRecord(record: unknown): string {
  const { id } = (rawObject(record) ?? {}) as { id?: unknown };
  return JSON.stringify(typeof id === 'string' && id !== '' ? id : [record]);
}
