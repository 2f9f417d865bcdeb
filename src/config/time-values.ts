import { timeZoneNamed } from '@/model/time-zone.js';
import { isEpochMs, parseTime } from '@/model/time.js';
import { scalar } from './shape.js';
import type { Shape } from './shape.js';

const TIME = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,12})?([Zz]|[+-]\d\d:?\d\d)$/;

/** A moment, epoch milliseconds. */
export function time(): Shape<number> {
  return scalar({
    allowed: 'an RFC 3339 time with a time zone, such as 2026-12-24T00:00:00Z',
    schema: { type: 'string', pattern: TIME.source },
    parse: ({ value }) => {
      const ms = typeof value === 'string' ? parseTime(value) : null;
      return isEpochMs(ms) ? ms : undefined;
    },
  });
}

/** An IANA time zone that this Node.js knows. */
export function timeZone(): Shape<string> {
  return scalar({
    allowed: 'a time zone of the IANA database, such as UTC or Europe/Berlin',
    schema: { type: 'string', pattern: '^[A-Za-z]' },
    parse: ({ value }) =>
      typeof value === 'string' && timeZoneNamed(value) !== undefined ? value : undefined,
  });
}
