import type { FailureReason } from '@/model/failure.js';
import { huaweiFailureOf } from '@/upstream/huawei/huawei-failures.js';
import { huaweiProtocol } from '@/upstream/huawei/huawei-protocol.js';
import { rawObject } from '@/upstream/records/raw.js';
import type { UpstreamProtocol } from '@/upstream/upstream-client.js';

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
