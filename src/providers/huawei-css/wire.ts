import { rawObject } from '@/upstream/raw.js';
import { UpstreamError } from '@/upstream/upstream-error.js';

/** The lists of CSS: log backup records (the array has a singular name) and clusters. */
export type ListName = 'clusterLogRecord' | 'clusters';

/** The records of a page. Throws `UpstreamError` MALFORMED where there is no list. */
export function parseList(body: unknown, name: ListName): readonly unknown[] {
  const list = rawObject(body) === null ? undefined : (body as Partial<Record<ListName, unknown>>)[name];
  if (list === null) return [];
  if (!Array.isArray(list)) throw new UpstreamError('MALFORMED');
  return list;
}

/** What tells a record from all others, as JSON: its id, or a list of everything in it, so that none is like an id. */
export function identifyRecord(record: unknown): string {
  const id = rawObject(record) === null ? undefined : (record as { id?: unknown }).id;
  return JSON.stringify(typeof id === 'string' && id !== '' ? id : [record]);
}
