import type { FailureReason } from '@/model/failure.js';
import { isBehind, listRows } from '@/upstream/http/json/list-rows.js';
import { huaweiFailureOf } from '@/upstream/huawei/huawei-failures.js';
import { huaweiProtocol } from '@/upstream/huawei/huawei-protocol.js';
import { rawObject } from '@/upstream/records/raw.js';
import type { UpstreamProtocol } from '@/upstream/upstream-client.js';
import { UpstreamError } from '@/upstream/upstream-error.js';

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

/**
 * A cluster that is not there is a 403 with CSS.0015 or a 400 with CSS.0047, not a 404 (CSS error codes;
 * terraform-provider-huaweicloud treats both so).
 */
const CLUSTER_GONE: ReadonlySet<unknown> = new Set(['CSS.0015', 'CSS.0047']);

function failureOf(status: number, body: unknown): FailureReason | null {
  const reason = huaweiFailureOf(status, body);
  if (reason === null || rawObject(body) === null) return reason;
  return CLUSTER_GONE.has((body as { errCode?: unknown }).errCode) ? 'NOT_FOUND' : reason;
}

/** Busy with something else for a while (a public test holds the answer). */
const BUSY = 'CSS.0011';

/**
 * What the refusal of a cluster's whole log list stands for. Log backup must be enabled on the cluster before its list
 * can be read (CSS API reference, ListLogsJob); which code a cluster without it answers is not documented, only that
 * bad requests are a 400. A 400 of the API gateway, or one with a meaning of its own, is none.
 */
export function logListRefusal(error: unknown): unknown {
  if (!(error instanceof UpstreamError) || error.reason !== 'UPSTREAM_ERROR' || error.status !== 400)
    return error;
  const { diagnosis, reason, retryAfterMs } = error;
  if (diagnosis.errorCode === BUSY || diagnosis.errorCode?.startsWith('APIG') === true) return error;
  return new UpstreamError(reason, retryAfterMs, { ...diagnosis, cause: 'NOT_ENABLED' });
}

export const protocol: UpstreamProtocol = { ...huaweiProtocol, failureOf };
