import { isBehind, listRows } from '@/upstream/http/json/list-rows.js';
import { huaweiProtocol } from '@/upstream/huawei/huawei-protocol.js';
import { rawObject } from '@/upstream/records/raw.js';
import type { UpstreamProtocol } from '@/upstream/upstream-client.js';
import { UpstreamError } from '@/upstream/upstream-error.js';

/**
 * The records of a page that begins at a position, counted from 0. `count` may be of the page or of all. Throws
 * `UpstreamError` MALFORMED where there is no list.
 */
export function parseOperationLogs(body: unknown, start = 0): readonly unknown[] {
  const envelope = (rawObject(body) ?? {}) as { operation_logs?: unknown; count?: unknown };
  return listRows(envelope.operation_logs, { isEmpty: isBehind(envelope.count, start) });
}

/** The vaults of a page that begins at a position, counted from 0. Throws `UpstreamError` MALFORMED where there is no list. */
export function parseVaults(body: unknown, start: number): readonly unknown[] {
  const envelope = (rawObject(body) ?? {}) as { vaults?: unknown; count?: unknown };
  return listRows(envelope.vaults, { isEmpty: isBehind(envelope.count, start) });
}

/** The count that comes with a page, be it of the page or of all; null where none is told. */
export function parseCount(body: unknown): number | null {
  const count = rawObject(body) === null ? undefined : (body as { count?: unknown }).count;
  return typeof count === 'number' && Number.isSafeInteger(count) ? count : null;
}

/** Where an answer that shows one record has it. */
const RECORD_FIELD = 'operation_log';

/** The record of an answer that shows one, as it came. Throws `UpstreamError` MALFORMED where there is none. */
export function parseOperationLog(body: unknown): object {
  const envelope = (rawObject(body) ?? {}) as { [RECORD_FIELD]?: unknown };
  const record = envelope[RECORD_FIELD];
  if (rawObject(record) === null) throw new UpstreamError('MALFORMED');
  return record as object;
}

/** What tells a record, or a vault, from all others, as JSON: its id, or a list of everything in it, so that none is like an id. */
export function identifyRecord(record: unknown): string {
  const { id } = (rawObject(record) ?? {}) as { id?: unknown };
  return JSON.stringify(typeof id === 'string' && id !== '' ? id : [record]);
}

/** CBR's own error codes say no more than the HTTP status that they come with. */
export const protocol: UpstreamProtocol = { ...huaweiProtocol, recordField: RECORD_FIELD };
