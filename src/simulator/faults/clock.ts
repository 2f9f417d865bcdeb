import type { FaultyExchange } from './exchange.js';
import { mapNamed, TIME_FIELDS, withJson } from './json-body.js';

const MINUTE_MS = 60_000;

/** The Date header and every time in the body, as of an upstream whose clock is off. */
const skew =
  (sign: 1 | -1) =>
  ({ options, call, answer, send }: FaultyExchange): void => {
    const skewMs = sign * (options.skewMinutes ?? 20) * MINUTE_MS;
    const reply = answer();
    const body = mapNamed(JSON.parse(reply.body), TIME_FIELDS, (time) => shift(time, skewMs));
    const date = new Date(call.nowMs + skewMs).toUTCString();
    send(withJson({ ...reply, headers: { ...reply.headers, Date: date } }, body));
  };

/** Date and time of day, which stand first in every form of time on the wire. */
const CIVIL = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/;

/** A time moved in its own form: epoch milliseconds, digits, or text with any fraction and zone after it. */
function shift(time: unknown, byMs: number): unknown {
  if (typeof time === 'number') return time + byMs;
  if (typeof time !== 'string') return time;
  if (/^\d+$/.test(time)) return String(Number(time) + byMs);
  return time.replace(CIVIL, (civil) => {
    const moved = new Date(Date.parse(`${civil.replace(' ', 'T')}Z`) + byMs).toISOString();
    return moved.slice(0, 10) + civil.charAt(10) + moved.slice(11, 19);
  });
}

/** Clocks that are off by `skewMinutes`. Log-ins are still checked by the simulator's own clock. */
export const CLOCK_FAULTS = {
  'clock-ahead': skew(1),
  'clock-behind': skew(-1),
} as const;
