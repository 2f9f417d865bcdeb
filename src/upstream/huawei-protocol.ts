import type { FailureReason } from '@/model/failure.js';
import { rawObject } from './raw.js';
import { reasonOfStatus } from './upstream-error.js';

/** The reason an answer of a Huawei service or of the gateway before it stands for; null when it is no failure. */
export function huaweiFailureOf(status: number, body: unknown): FailureReason | null {
  const code = rawObject(body) === null ? undefined : (body as { error_code?: unknown }).error_code;
  return code === 'APIGW.0308' ? 'THROTTLED' : reasonOfStatus(status);
}
