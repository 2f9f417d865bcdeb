import { isNotEnabled, type Failure } from '@/model/failure.js';

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
