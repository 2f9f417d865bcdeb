import type { Diagnosis } from './diagnosis.js';

/** Why something could not be had from an upstream. The set is closed: contract words, never upstream text. */
export const FAILURE_REASONS = [
  'TIMEOUT',
  'UNREACHABLE',
  'THROTTLED',
  'UNAUTHORIZED',
  'FORBIDDEN',
  'NOT_FOUND',
  'UPSTREAM_ERROR',
  'MALFORMED',
  'CIRCUIT_OPEN',
  'LIMIT',
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

export interface Failure {
  readonly reason: FailureReason;
  /** How long the upstream asked us to stay away, in milliseconds; null when it did not say. */
  readonly retryAfterMs: number | null;
  /** What was seen of it; null when another replica of an earlier release has told of it. */
  readonly diagnosis: Diagnosis | null;
}

/** True for a feed whose upstream says that what it lists is not switched on there. */
export function isNotEnabled({ diagnosis }: Failure): boolean {
  return diagnosis?.cause === 'NOT_ENABLED';
}

const MESSAGES: Record<FailureReason, string> = {
  TIMEOUT: 'The upstream did not answer in time.',
  UNREACHABLE: 'No connection to the upstream could be made or kept.',
  THROTTLED: 'The upstream is limiting our calls.',
  UNAUTHORIZED: "The upstream refused the source's credentials.",
  FORBIDDEN: "The source's credentials may not read this feed.",
  NOT_FOUND: 'The upstream does not know this feed.',
  UPSTREAM_ERROR: 'The upstream answered with an error.',
  MALFORMED: 'The upstream answered with something that could not be understood.',
  CIRCUIT_OPEN: 'The upstream failed repeatedly and is being left alone for a while.',
  LIMIT: 'The feed is larger than what may be read of it.',
};

/** Our own sentence for a reason. It never holds the upstream's text, a host, an account or a secret. */
export function failureMessage(reason: FailureReason): string {
  return MESSAGES[reason];
}
