import type { Diagnosis } from './diagnosis.js';

/** Why something could not be read from an upstream. The set is closed: words of the API, never text of an upstream. */
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
  /** How long the upstream asked the gateway to wait, in milliseconds; null if it did not say. */
  readonly retryAfterMs: number | null;
  /** What exactly was seen; null if a replica of an earlier release reported the failure. */
  readonly diagnosis: Diagnosis | null;
}

/** True if the upstream says that what the feed lists is not enabled there. */
export function isNotEnabled({ diagnosis }: Failure): boolean {
  return diagnosis?.cause === 'NOT_ENABLED';
}

const MESSAGES: Record<FailureReason, string> = {
  TIMEOUT: 'The upstream did not answer in time.',
  UNREACHABLE: 'The connection to the upstream failed or was lost.',
  THROTTLED: 'The upstream is throttling the calls of the gateway.',
  UNAUTHORIZED: "The upstream refused the source's credentials.",
  FORBIDDEN: "The source's credentials have no permission to read this feed.",
  NOT_FOUND: 'The upstream does not know this feed.',
  UPSTREAM_ERROR: 'The upstream answered with an error.',
  MALFORMED: 'The answer of the upstream does not have the documented format.',
  CIRCUIT_OPEN: 'The upstream failed repeatedly; the gateway will try again after a pause.',
  LIMIT:
    'The feed exceeds maxTasksPerFeed, the inventory exceeds 20,000 resources, or an answer exceeds the size limit.',
};

/** The gateway's own sentence for a reason. It never contains text of the upstream, a host, an account or a secret. */
export function failureMessage(reason: FailureReason): string {
  return MESSAGES[reason];
}

/**
 * What keeps a list from being whole:
 * - `LIMIT`: there is, or may be, more than could be read
 * - `MALFORMED`: rows had to be left out, as nothing identifies them
 */
export const TRUNCATIONS = ['LIMIT', 'MALFORMED'] as const;
export type Truncation = (typeof TRUNCATIONS)[number];
