import { DriftLog } from '@/model/drift.js';
import type { NumberedPage } from '@/upstream/page-walk.js';
import { Fields, rawObject, type RawObject } from '@/upstream/raw.js';
import { UpstreamError } from '@/upstream/upstream-error.js';

/**
 * A page of an OCP list, counted from 1: `data.contents` and its totals. null stands for no rows, unless the totals
 * say that the page has some. Throws `UpstreamError` MALFORMED where there is no list.
 */
export function parsePage(body: unknown, page: number): NumberedPage<unknown> {
  const data = rawObject(member(rawObject(body), 'data'));
  const contents = member(data, 'contents');
  if (data === null || (contents !== null && !Array.isArray(contents))) throw new UpstreamError('MALFORMED');
  const totals = readTotals(data);
  if (contents === null && !isEmpty(totals, page)) throw new UpstreamError('MALFORMED');
  return { rows: contents ?? [], ...totals };
}

type Totals = Pick<NumberedPage<unknown>, 'totalRows' | 'totalPages'>;

function isEmpty({ totalRows, totalPages }: Totals, page: number): boolean {
  if (totalRows === 0) return true;
  return totalPages === null ? totalRows === null : page > totalPages;
}

/** A field as it came; undefined where it, or the object, is missing. */
export function member(object: RawObject | null, name: string): unknown {
  return (object as unknown as Readonly<Record<string, unknown>> | null)?.[name];
}

/**
 * OCP's reference nests the totals in `page` in its example and puts them beside `page` in its table, where
 * `totalPages` is called `totalPage`.
 */
function readTotals(data: RawObject): Totals {
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
