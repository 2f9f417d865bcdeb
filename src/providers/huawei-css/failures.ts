import type { FailureReason } from '@/model/failure.js';
import { huaweiFailureOf, huaweiProtocol } from '@/upstream/huawei-protocol.js';
import { rawObject } from '@/upstream/raw.js';
import type { UpstreamProtocol } from '@/upstream/upstream-client.js';

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

export const protocol: UpstreamProtocol = { ...huaweiProtocol, failureOf };
