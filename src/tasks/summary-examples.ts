import { COMPLETE, UNREAD } from './examples.js';

const FAILED = {
  key: { status: 'FAILED', source: 'server-backups' },
  bucket: { start: '2026-11-27T23:00:00.000Z', end: '2026-11-28T23:00:00.000Z', complete: true },
  count: 3,
  withWarnings: 0,
  firstTime: '2026-11-28T01:00:03.511Z',
  lastTime: '2026-11-28T01:20:00.010Z',
  durationSeconds: { count: 3, median: 502, p95: 610.4 },
};

/** One answer of each kind, as the contract's document shows them. */
export const SUMMARY_EXAMPLES = {
  full: {
    summary: 'Failures by day and source, in Berlin: groupBy=status,source&bucket=day&timeZone=Europe/Berlin',
    value: { groups: [FAILED], totalSize: 3, unreachable: [], completeness: COMPLETE },
  },
  partial: {
    summary: 'One feed could not be read: no bucket is complete',
    value: {
      groups: [{ ...FAILED, bucket: { ...FAILED.bucket, complete: false } }],
      totalSize: 3,
      ...UNREAD,
    },
  },
  empty: {
    summary: 'Nothing matches: without groupBy there is one group all the same',
    value: {
      groups: [
        {
          ...{ key: {}, bucket: null, count: 0, withWarnings: 0, firstTime: null, lastTime: null },
          durationSeconds: { count: 0, median: null, p95: null },
        },
      ],
      totalSize: 0,
      unreachable: [],
      completeness: COMPLETE,
    },
  },
};

const BAD_ZONE =
  '"Europe/Berln" is not a time zone; use a name of the IANA database, such as UTC or Europe/Berlin';

/** A mistyped time zone. */
export const BAD_ZONE_EXAMPLE = {
  instance: '/v1/tasks/summary?bucket=day&timeZone=Europe/Berln',
  detail: `timeZone: ${BAD_ZONE}`,
  errors: [{ parameter: 'timeZone', detail: BAD_ZONE }],
};
