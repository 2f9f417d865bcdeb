import { isNotEnabled, type Failure, type FailureReason } from '@/model/failure.js';

/** The failures since the last success. */
export interface FailureStreak {
  readonly last: Failure;
  readonly inARow: number;
  /** The names whose reads failed. */
  readonly names: ReadonlySet<string>;
  readonly sinceSuccessMs: number;
  readonly isOpen: boolean;
  /** How often in a row a probe failed, the failure that opened the circuit included. */
  readonly probes: number;
}

/** When failures open a circuit, and how long reads then pause. */
export interface TripRule {
  /** False for failures that say nothing about what the circuit protects. */
  readonly counts: (failure: Failure) => boolean;
  /** True if the circuit is open after the last failure. */
  readonly trips: (streak: FailureStreak) => boolean;
  /** How many failures in a row the backoff counts; 0 for no pause. */
  readonly backoffCount: (streak: FailureStreak) => number;
}

const FAILURES_TO_TRIP = 3;

/**
 * For one feed. It opens after three failures in a row: one may be a blip, and after two the next question may still
 * wait for another try. A time-out opens it at once, as the next read would most likely take as long.
 */
export const CONSECUTIVE_FAILURES: TripRule = {
  counts: () => true,
  trips: ({ inARow, last }) => inARow >= FAILURES_TO_TRIP || last.reason === 'TIMEOUT',
  backoffCount: ({ inARow }) => inARow,
};

const SOURCE_FAILURES_TO_TRIP = 4;
const FEEDS_TO_TRIP = 2;
/** A source is not down if one of its feeds could be read within this time. */
const SUCCESS_COUNTS_MS = 30_000;

/** Failures that say something about one feed only. */
const OF_ONE_FEED: ReadonlySet<FailureReason> = new Set(['FORBIDDEN', 'NOT_FOUND', 'LIMIT', 'CIRCUIT_OPEN']);

/**
 * For a whole source. It opens when several feeds fail one after the other: if an upstream is down, not each of its
 * feeds needs to find out.
 */
export const SEVERAL_FEEDS: TripRule = {
  counts: (failure) => !OF_ONE_FEED.has(failure.reason) && !isNotEnabled(failure),
  trips: ({ isOpen, inARow, names, sinceSuccessMs }) =>
    isOpen ||
    (inARow >= SOURCE_FAILURES_TO_TRIP && names.size >= FEEDS_TO_TRIP && sinceSuccessMs > SUCCESS_COUNTS_MS),
  backoffCount: ({ isOpen, probes }) => (isOpen ? 1 + probes : 0),
};

const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;
/** A feed that is not enabled stays so until somebody enables it. */
const FIRST_PAUSE_NOT_ENABLED_MS = 15_000;
const MAX_PAUSE_NOT_ENABLED_MS = 600_000;

/**
 * How long reads pause after the n-th failure in a row, milliseconds. The first failure may be a blip, so the next
 * question may try again at once; then the pause doubles from 1 s to 30 s. A feed that is not enabled pauses from the
 * first failure on, for 15 s to 10 min. A longer `Retry-After` of the upstream is obeyed.
 */
export function backoffMs(failure: Failure, failuresInARow: number): number {
  return Math.max(ownPauseMs(failure, failuresInARow), failure.retryAfterMs ?? 0);
}

function ownPauseMs(failure: Failure, failuresInARow: number): number {
  if (isNotEnabled(failure)) {
    return Math.min(FIRST_PAUSE_NOT_ENABLED_MS * 2 ** (failuresInARow - 1), MAX_PAUSE_NOT_ENABLED_MS);
  }
  return failuresInARow < 2 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (failuresInARow - 2), MAX_PAUSE_MS);
}
