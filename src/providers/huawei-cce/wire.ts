import type { FailureReason } from '@/model/failure.js';
import { listRows } from '@/upstream/http/json/list-rows.js';
import { huaweiFailureOf } from '@/upstream/huawei/huawei-failures.js';
import { huaweiProtocol } from '@/upstream/huawei/huawei-protocol.js';
import { rawObject } from '@/upstream/records/raw.js';
import type { UpstreamProtocol } from '@/upstream/upstream-client.js';

/**
 * The `items` of a CCE list, snapshot tasks and clusters alike. A Go server writes an empty list as null, or leaves it
 * out; the kind is then that of a list. Throws `UpstreamError` MALFORMED where there is no list.
 */
export function parseItems(body: unknown): readonly unknown[] {
  const { kind, apiVersion, metadata, items } = (rawObject(body) ?? {}) as Partial<Record<string, unknown>>;
  const isOne = Object.hasOwn(rawObject(metadata) ?? {}, 'uid');
  const isList = typeof kind === 'string' && LIST_KIND.test(kind) && typeof apiVersion === 'string' && !isOne;
  return listRows(items, { isEmpty: null, isOwnEnvelope: isList });
}

/** `List` of snapshot tasks, `Cluster` of clusters (CCE API reference), and Kubernetes' own names of lists. */
const LIST_KIND = /^(Cluster|\w*List)$/;

/** What tells a snapshot task from all others, as JSON: its uid, or a list of everything in it. */
export function identifyItem(item: unknown): string {
  const { metadata } = (rawObject(item) ?? {}) as { metadata?: unknown };
  const { uid } = (rawObject(metadata) ?? {}) as { uid?: unknown };
  return JSON.stringify(typeof uid === 'string' && uid !== '' ? uid : [item]);
}

/**
 * Error codes that say more than their HTTP status. CCE answers 429 both when it throttles and when another
 * request holds the cluster (CCE API reference, "Error Codes").
 */
const REASONS: ReadonlyMap<unknown, FailureReason> = new Map([
  ['CCE.02429001', 'THROTTLED'],
  ['CCE.01429002', 'UPSTREAM_ERROR'],
]);

function failureOf(status: number, body: unknown): FailureReason | null {
  const reason = huaweiFailureOf(status, body);
  if (reason === null || rawObject(body) === null) return reason;
  return REASONS.get((body as { errorCode?: unknown }).errorCode) ?? reason;
}

export const protocol: UpstreamProtocol = { ...huaweiProtocol, failureOf };
