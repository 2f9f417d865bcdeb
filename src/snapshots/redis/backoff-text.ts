import { FAILURE_REASONS } from '@/model/failure.js';
import type { Backoff } from '../snapshot-store.js';

/** A backoff as a script reads it: its numbers, whole, and its reason. */
export function formatBackoff({ notBeforeMs, failedAtMs, failuresInARow, reason }: Backoff): string {
  return `${Math.ceil(notBeforeMs)} ${Math.floor(failedAtMs)} ${failuresInARow} ${reason}`;
}

/** Reads what `formatBackoff` has written; the script has checked it. */
export function parseBackoff(text: string): Backoff {
  const [notBeforeMs, failedAtMs, failuresInARow, reason] = text.split(' ');
  return {
    reason: reason as Backoff['reason'],
    failuresInARow: Number(failuresInARow),
    failedAtMs: Number(failedAtMs),
    notBeforeMs: Number(notBeforeMs),
  };
}

/** Whether a value from outside is a backoff. */
export function isBackoff(value: unknown): value is Backoff {
  const { reason, failuresInARow, failedAtMs, notBeforeMs } = (value ?? {}) as Partial<
    Record<string, unknown>
  >;
  const numbers = [failuresInARow, failedAtMs, notBeforeMs];
  return FAILURE_REASONS.some((known) => known === reason) && numbers.every(Number.isFinite);
}
