import { rawObject } from '@/upstream/raw.js';
import { UpstreamError } from '@/upstream/upstream-error.js';

/** The records of a page. Throws `UpstreamError` MALFORMED where there is no list. */
export function parseOperationLogs(body: unknown): readonly unknown[] {
  const logs = rawObject(body) === null ? undefined : (body as { operation_logs?: unknown }).operation_logs;
  if (logs === null) return [];
  if (!Array.isArray(logs)) throw new UpstreamError('MALFORMED');
  return logs;
}

/** What tells a record from all others: its id, or everything in it. */
export function identifyRecord(record: unknown): string {
  const id = rawObject(record) === null ? undefined : (record as { id?: unknown }).id;
  return typeof id === 'string' && id !== '' ? id : JSON.stringify(record);
}
