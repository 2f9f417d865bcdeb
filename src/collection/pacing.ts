import { isNotEnabled, type Failure } from '@/model/failure.js';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** What is not enabled stays so until somebody switches it on. */
const FIRST_PAUSE_NOT_ENABLED_MS = 15_000;
const LONGEST_PAUSE_NOT_ENABLED_MS = 600_000;

/** What is in use is tried again as soon as it may be. What nobody has tried for so long may well be up again. */
export const FORGOTTEN_AFTER_MS = 5_000;

/**
 * How long a list is left alone after its n-th failure in a row. The first failure may be a blip, so the
 * next question may try at once; then the pause doubles from 1 s to 30 s. An upstream that names a time of
 * its own is obeyed. A list that is not enabled is left alone from the first refusal on, for 15 s to 10 min.
 */
export function pauseAfter(failure: Failure, failuresInARow: number): number {
  return Math.max(ownPause(failure, failuresInARow), failure.retryAfterMs ?? 0);
}

function ownPause(failure: Failure, failuresInARow: number): number {
  if (isNotEnabled(failure)) {
    return Math.min(FIRST_PAUSE_NOT_ENABLED_MS * 2 ** (failuresInARow - 1), LONGEST_PAUSE_NOT_ENABLED_MS);
  }
  return failuresInARow < 2 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (failuresInARow - 2), LONGEST_PAUSE_MS);
}
