import type { FailureReason } from '@/model/failure.js';
import { reasonOfStatus } from '../upstream-error.js';

/**
 * The reason that an answer of a Huawei Cloud service stands for, where the service gives its status no other
 * meaning: the API gateway's codes first, then the form of IAM's errors, then the status.
 */
export function huaweiFailureOf(status: number, body: unknown): FailureReason | null {
  return (
    gatewayFailure(field(body, 'error_code')) ?? iamFailure(field(body, 'error')) ?? reasonOfStatus(status)
  );
}

/** Both prefixes occur in one and the same gateway (API Gateway FAQ; terraform-provider-huaweicloud#1335). */
function gatewayFailure(code: unknown): FailureReason | null {
  if (code === 'APIG.0301' || code === 'APIGW.0301') return 'UNAUTHORIZED';
  if (code === 'APIG.0308' || code === 'APIGW.0308') return 'THROTTLED';
  return null;
}

/** IAM repeats the status as a number in `error.code`. */
function iamFailure(error: unknown): FailureReason | null {
  const code = field(error, 'code');
  return typeof code === 'number' && code >= 400 && code < 600 ? reasonOfStatus(code) : null;
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}
