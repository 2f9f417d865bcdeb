import { parseDiagnosis } from '@/model/diagnosis.js';
import { FAILURE_REASONS } from '@/model/failure.js';
import type { Backoff } from '../snapshot-store.js';

/** A backoff is kept for so long after its end, so that failures in a row are counted on. */
export const REMEMBERED_MS = 600_000;
/** No backoff is longer. */
export const LONGEST_PAUSE_MS = 3_600_000;
/** The longest backoff has numbers of 16 digits, codes of 64 characters and a signature. */
export const LONGEST_BACKOFF_TEXT = 1024;

/** The clocks of replicas differ by less. */
const MOST_AHEAD_MS = 5 * 60_000;
const MOST_FAILURES = 1_000_000;

/** A backoff as scripts read it: three integers, the reason, and the diagnosis as JSON if there is one. */
export function formatBackoff(backoff: Backoff): string {
  const { notBeforeMs, failedAtMs, failuresInARow, reason, diagnosis } = backoff;
  const numbers = `${Math.ceil(notBeforeMs)} ${Math.floor(failedAtMs)} ${failuresInARow}`;
  return `${numbers} ${reason}${diagnosis === null ? '' : ` ${JSON.stringify(diagnosis)}`}`;
}

/** Reads the text of `formatBackoff`, of this release or an earlier one, within bounds. null for anything else. */
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

/** Limits a backoff to an hour from now, whatever Redis says. null for a failure in the future. */
export function boundBackoff(backoff: Backoff, nowMs: number): Backoff | null {
  const { failedAtMs, notBeforeMs, failuresInARow } = backoff;
  if (failedAtMs > nowMs + MOST_AHEAD_MS || failedAtMs < 0) return null;
  return {
    ...backoff,
    failuresInARow: Math.min(Math.max(Math.floor(failuresInARow), 1), MOST_FAILURES),
    notBeforeMs: Math.min(notBeforeMs, nowMs + LONGEST_PAUSE_MS),
  };
}

/** Checks a backoff from outside; null for anything else. The diagnosis may be missing. */
export function readBackoff(value: unknown): Backoff | null {
  const fields = (value ?? {}) as Partial<Record<keyof Backoff, unknown>>;
  const reason = FAILURE_REASONS.find((known) => known === fields.reason);
  const { failuresInARow, failedAtMs, notBeforeMs } = fields;
  const areNumbers = [failuresInARow, failedAtMs, notBeforeMs].every(Number.isFinite);
  if (reason === undefined || !areNumbers) return null;
  const numbers = { failuresInARow, failedAtMs, notBeforeMs } as Omit<Backoff, 'reason' | 'diagnosis'>;
  return { ...numbers, reason, diagnosis: parseDiagnosis(fields.diagnosis) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
