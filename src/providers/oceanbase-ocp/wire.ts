import { DriftLog } from '@/model/drift.js';
import type { NumberedPage } from '@/upstream/page-walk.js';
import { Fields, rawObject, type RawObject } from '@/upstream/raw.js';
import { UpstreamError } from '@/upstream/upstream-error.js';

/**
 * One page of an OCP list: `data.contents` and its totals; null is an empty list. Throws `UpstreamError`
 * MALFORMED where there is no list.
 */
export function parsePage(body: unknown): NumberedPage<unknown> {
  const data = rawObject(member(rawObject(body), 'data'));
  const contents = member(data, 'contents');
  if (data === null || (contents !== null && !Array.isArray(contents))) throw new UpstreamError('MALFORMED');
  return { rows: contents ?? [], ...readTotals(data) };
}

/** A field as it came; undefined where it, or the object, is missing. */
export function member(object: RawObject | null, name: string): unknown {
  return (object as unknown as Readonly<Record<string, unknown>> | null)?.[name];
}

/**
 * OCP's reference nests the totals in `page` in its example and puts them beside `page` in its table, where
 * `totalPages` is called `totalPage`.
 */
function readTotals(data: RawObject): Pick<NumberedPage<unknown>, 'totalRows' | 'totalPages'> {
  const scratch = new DriftLog();
  const beside = new Fields(data, scratch);
  const inside = beside.fields('page');
  const first = (...names: string[]): number | null =>
    [inside, beside].flatMap((place) => names.map((name) => place.number(name))).find(isCount) ?? null;
  return { totalRows: first('totalElements'), totalPages: first('totalPages', 'totalPage') };
}

function isCount(value: number | null): value is number {
  return value !== null && Number.isInteger(value) && value >= 0;
}
