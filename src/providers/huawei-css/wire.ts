import { isBehind, listRows } from '@/upstream/http/json/list-rows.js';
import { rawObject } from '@/upstream/records/raw.js';

/** The lists of CSS: log backup records (the array has a singular name) and clusters. */
export type ListName = 'clusterLogRecord' | 'clusters';

/**
 * The records of a page that begins at a position, counted from 0. Older backends do not tell `totalSize`. Throws
 * `UpstreamError` MALFORMED where there is no list.
 */
export function parseList(body: unknown, name: ListName, start = 0): readonly unknown[] {
  const envelope = (rawObject(body) ?? {}) as Partial<Record<ListName | 'totalSize', unknown>>;
  return listRows(envelope[name], { isEmpty: isBehind(envelope.totalSize, start) });
}

/** What tells a record from all others, as JSON: its id, or a list of everything in it, so that none is like an id. */
export function identifyRecord(record: unknown): string {
  const { id } = (rawObject(record) ?? {}) as { id?: unknown };
  return JSON.stringify(typeof id === 'string' && id !== '' ? id : [record]);
}
