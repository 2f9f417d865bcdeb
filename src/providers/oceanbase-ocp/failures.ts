import { DriftLog } from '@/model/drift.js';
import type { FailureReason } from '@/model/failure.js';
import { Fields, rawObject, type RawObject } from '@/upstream/records/raw.js';
import type { UpstreamProtocol } from '@/upstream/upstream-client.js';
import { reasonOfStatus } from '@/upstream/upstream-error.js';
import { ocpLogIns } from './log-ins.js';
import { member } from './wire.js';

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
