import { parseDiagnosis } from '@/model/diagnosis.js';
import { FAILURE_REASONS } from '@/model/failure.js';
import type { Backoff } from '../snapshot-store.js';

/** How long a backoff is remembered after its end, for the count of failures. */
export const REMEMBERED_MS = 600_000;
/** No policy pauses for longer. */
export const LONGEST_PAUSE_MS = 3_600_000;
/** Longer texts are no backoffs: the longest has numbers of 16 digits, codes of 64 characters and a signature. */
export const LONGEST_BACKOFF_TEXT = 1024;

/** What is told of a later time than this from now is no clock that is ahead. */
const MOST_AHEAD_MS = 5 * 60_000;
const MOST_FAILURES = 1_000_000;

/** A backoff as a script reads it: its numbers, whole, and its reason; then as JSON what was seen, where that is known. */
export function formatBackoff(backoff: Backoff): string {
  const { notBeforeMs, failedAtMs, failuresInARow, reason, diagnosis } = backoff;
  const numbers = `${Math.ceil(notBeforeMs)} ${Math.floor(failedAtMs)} ${failuresInARow}`;
  return `${numbers} ${reason}${diagnosis === null ? '' : ` ${JSON.stringify(diagnosis)}`}`;
}

/** Reads what `formatBackoff` has written, of this release or an earlier one, within bounds; null for anything else. */
export function parseBackoff(text: string, nowMs: number): Backoff | null {
  const [notBeforeMs, failedAtMs, failuresInARow, reason, ...rest] = text.split(' ');
  const backoff = readBackoff({
    reason,
    diagnosis: jsonOf(rest.join(' ')),
    failuresInARow: Number(failuresInARow),
    failedAtMs: Number(failedAtMs),
    notBeforeMs: Number(notBeforeMs),
  });
  return backoff && boundBackoff(backoff, nowMs);
}

/** Nobody pauses for more than an hour from now, whatever Redis says. Null for a failure of the future. */
export function boundBackoff(backoff: Backoff, nowMs: number): Backoff | null {
  const { failedAtMs, notBeforeMs, failuresInARow } = backoff;
  if (failedAtMs > nowMs + MOST_AHEAD_MS || failedAtMs < 0) return null;
  return {
    ...backoff,
    failuresInARow: Math.min(Math.max(Math.floor(failuresInARow), 1), MOST_FAILURES),
    notBeforeMs: Math.min(notBeforeMs, nowMs + LONGEST_PAUSE_MS),
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
