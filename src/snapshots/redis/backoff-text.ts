import { parseDiagnosis } from '@/model/diagnosis.js';
import { FAILURE_REASONS } from '@/model/failure.js';
import type { Backoff } from '../snapshot-store.js';

/** How long a backoff is remembered after its end, for the count of failures. */
export const REMEMBERED_MS = 600_000;
/** No policy pauses for longer. */
export const LONGEST_PAUSE_MS = 3_600_000;
/** Longer texts are no backoffs: the longest has numbers of 16 digits and codes of 64 characters. */
export const LONGEST_BACKOFF_TEXT = 512;

/** A backoff as a script reads it: its numbers, whole, and its reason; then as JSON what was seen, where that is known. */
export function formatBackoff(backoff: Backoff): string {
  const { notBeforeMs, failedAtMs, failuresInARow, reason, diagnosis } = backoff;
  const numbers = `${Math.ceil(notBeforeMs)} ${Math.floor(failedAtMs)} ${failuresInARow}`;
  return `${numbers} ${reason}${diagnosis === null ? '' : ` ${JSON.stringify(diagnosis)}`}`;
}

/** Reads what `formatBackoff` has written, of this release or an earlier one; the script has checked it up to the reason. */
export function parseBackoff(text: string): Backoff {
  const [notBeforeMs, failedAtMs, failuresInARow, reason, ...rest] = text.split(' ');
  return {
    reason: reason as Backoff['reason'],
    diagnosis: parseDiagnosis(jsonOf(rest.join(' '))),
    failuresInARow: Number(failuresInARow),
    failedAtMs: Number(failedAtMs),
    notBeforeMs: Number(notBeforeMs),
  };
}

/** A backoff from outside; null for anything else. What was seen need not be told. */
export function readBackoff(value: unknown): Backoff | null {
  const told = (value ?? {}) as Partial<Record<keyof Backoff, unknown>>;
  const reason = FAILURE_REASONS.find((known) => known === told.reason);
  const { failuresInARow, failedAtMs, notBeforeMs } = told;
  const isWhole = [failuresInARow, failedAtMs, notBeforeMs].every(Number.isFinite);
  if (reason === undefined || !isWhole) return null;
  const numbers = { failuresInARow, failedAtMs, notBeforeMs } as Omit<Backoff, 'reason' | 'diagnosis'>;
  return { ...numbers, reason, diagnosis: parseDiagnosis(told.diagnosis) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
