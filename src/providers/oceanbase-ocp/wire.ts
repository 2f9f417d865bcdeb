import { DriftLog } from '@/model/drift.js';
import type { FailureReason } from '@/model/failure.js';
import { listRows } from '@/upstream/http/json/list-rows.js';
import type { NumberedPage } from '@/upstream/paging/page-walk.js';
import { Fields, rawObject, type RawObject } from '@/upstream/records/raw.js';
import type { UpstreamProtocol } from '@/upstream/upstream-client.js';
import { reasonOfStatus, UpstreamError } from '@/upstream/upstream-error.js';
import { ocpLogIns } from './log-ins.js';

/**
 * A page of an OCP list, counted from 1: `data.contents` and its totals. Throws `UpstreamError` MALFORMED where there is no list.
 */
export function parsePage(body: unknown, page: number): NumberedPage<unknown> {
  const data = rawObject(member(rawObject(body), 'data'));
  const contents = member(data, 'contents');
  if (data === null) throw new UpstreamError('MALFORMED');
  const totals = readTotals(data);
  return { rows: listRows(contents, { isEmpty: isEmpty(totals, page) }), ...totals };
}

type Totals = Pick<NumberedPage<unknown>, 'totalRows' | 'totalPages'>;

function isEmpty({ totalRows, totalPages }: Totals, page: number): boolean | null {
  if (totalRows === 0) return true;
  if (totalPages !== null) return page > totalPages;
  return totalRows === null ? null : false;
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

/** OCP's own error codes (OCP Express, `ErrorCodes`). 30007: too many failed log-ins, refused for a while. */
const REASONS: ReadonlyMap<number | null, FailureReason> = new Map([
  [30000, 'UNAUTHORIZED'],
  [30004, 'UNAUTHORIZED'],
  [30007, 'UNAUTHORIZED'],
  [30014, 'FORBIDDEN'],
  [10002, 'NOT_FOUND'],
]);

/**
 * OCP repeats the HTTP status in its envelope, and `successful: false` is a failure whatever HTTP says. The
 * error code speaks where the status says no more than "an error".
 */
function failureOf(httpStatus: number, body: unknown): FailureReason | null {
  const object = rawObject(body);
  const reason = reasonOfStatus(httpStatus) ?? failureToldIn(object);
  return reason === 'UPSTREAM_ERROR' ? (REASONS.get(errorCode(object)) ?? reason) : reason;
}

function failureToldIn(envelope: RawObject | null): FailureReason | null {
  if (member(envelope, 'successful') !== false) return null;
  const status = member(envelope, 'status');
  return (typeof status === 'number' ? reasonOfStatus(status) : null) ?? 'UPSTREAM_ERROR';
}

function errorCode(envelope: RawObject | null): number | null {
  return envelope && new Fields(envelope, new DriftLog()).fields('error').number('code');
}

export const protocol: UpstreamProtocol = {
  logIns: ocpLogIns,
  // Documented as required on every call, GET included (OCP API reference, "API call description").
  headersOf: () => ({ 'content-type': 'application/json', 'accept-language': 'en-US' }),
  failureOf,
};
