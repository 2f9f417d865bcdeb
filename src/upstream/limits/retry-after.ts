import type { FailureReason } from '@/model/failure.js';
import type { HttpAnswer } from '../http/http-exchange.js';
import { rawObject } from '../records/raw.js';

/** However long an upstream asks for, it is asked again after an hour. */
const LONGEST_MS = 3_600_000;
/** The three forms of HTTP dates (RFC 9110, section 5.6.7), told from anything else Date.parse would guess at. */
const HTTP_DATE = /^(Mon|Tues?|Wed(nes)?|Thu(rs)?|Fri|Sat(ur)?|Sun)(day)?,? .*\d\d:\d\d:\d\d/;

type StatedAnswer = Pick<HttpAnswer, 'status' | 'header'> & Partial<Pick<HttpAnswer, 'body'>>;

/**
 * How long a failed answer asks us to stay away, in milliseconds, at most an hour; null when it does not say. A date
 * is held against the answer's own, so that our clock may be wrong; `nowMs` is for answers without one. OCP tells it
 * on a 429 by RateLimit-Reset (OCP API reference, "API call description"), Huawei's API gateway by the window that its
 * text names.
 */
export function retryAfterMs(answer: StatedAnswer, nowMs: number): number | null {
  const stated = read(answer.header('retry-after'), dateOf(answer) ?? nowMs);
  const reset = answer.status === 429 ? seconds(answer.header('ratelimit-reset')) : null;
  const asked = stated ?? reset ?? throttlingWindowMs(answer.body);
  return bounded(asked);
}

/**
 * How long no call of the source may go out after an answer that stands for `reason`, in milliseconds; null when
 * nothing was stated. OCP also tells on a success that its window is used up, by RateLimit-Remaining.
 */
export function sourceWaitMs(
  answer: StatedAnswer,
  reason: FailureReason | null,
  nowMs: number,
): number | null {
  const throttledMs = reason === 'THROTTLED' ? retryAfterMs(answer, nowMs) : null;
  if (throttledMs !== null || seconds(answer.header('ratelimit-remaining')) !== 0) return throttledMs;
  return bounded(seconds(answer.header('ratelimit-reset')));
}

function bounded(askedMs: number | null): number | null {
  return askedMs === null ? null : Math.min(Math.max(askedMs, 0), LONGEST_MS);
}

function read(value: string | null, nowMs: number): number | null {
  const date = parseHttpDate(value);
  return seconds(value) ?? (date === null ? null : date - nowMs);
}

/** When the upstream answered by its own clock, epoch milliseconds; null when it does not say. */
export function dateOf(answer: Pick<HttpAnswer, 'header'>): number | null {
  return parseHttpDate(answer.header('date'));
}

function parseHttpDate(value: string | null): number | null {
  if (value === null || !HTTP_DATE.test(value)) return null;
  // The asctime form names no zone, and it means GMT.
  const date = Date.parse(value.endsWith('GMT') ? value : `${value} GMT`);
  return Number.isNaN(date) ? null : date;
}

function seconds(value: string | null): number | null {
  return value !== null && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Math.ceil(Number(value) * 1000) : null;
}

/**
 * `policy user over ratelimit,limit:200,time:5 minute`, `policy ip over ratelimit,limit:5,time:1 second`
 * (terraform-provider-huaweicloud#1335, terraform-provider-sbercloud#388): calls of all who share the user, or the
 * address, are counted in windows of that length.
 */
const WINDOW = /over ratelimit,\s*limit:\s*\d{1,9},\s*time:\s*(\d{1,9})\s*(second|minute|hour|day)/i;

const UNITS_MS: Readonly<Record<string, number>> = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** The length of the window that Huawei's API gateway says is used up, in milliseconds; null where it names none. */
export function throttlingWindowMs(body: unknown): number | null {
  const text = rawObject(body) === null ? undefined : (body as { error_msg?: unknown }).error_msg;
  const [, count, unit] = (typeof text === 'string' ? WINDOW.exec(text) : null) ?? [];
  if (count === undefined || unit === undefined) return null;
  return Number(count) * (UNITS_MS[unit.toLowerCase()] ?? 0);
}
