import { NOW_MS } from './feeds.mjs';

const HOUR_MS = 3_600_000;
const USUAL = {
  ...{ taskTypes: ['LOG_BACKUP', 'CLUSTER_SNAPSHOT', 'BACKUP'], warningsCountAs: 'success' },
  ...{ failuresInARow: 2, maxDurationMs: 6 * HOUR_MS, maxBlindMs: 24 * HOUR_MS },
};
const STREAM = { ...USUAL, taskTypes: ['CONTINUOUS_LOG_BACKUP'], failuresInARow: null, maxDurationMs: null };

/** What is expected of the made feeds: of every resource something, but of servers for tests. */
export const PROTECTION = {
  expectations: [
    {
      ...{ ...STREAM, name: 'streams-close', match: { type: ['oceanbase-*'], name: ['tenant-1*'] } },
      rhythm: { kind: 'continuous', lagBelowMs: HOUR_MS / 4 },
    },
    {
      ...{ ...STREAM, name: 'streams', match: { type: ['oceanbase-*'] } },
      rhythm: { kind: 'continuous', lagBelowMs: 24 * HOUR_MS },
    },
    {
      ...{ ...USUAL, name: 'databases', match: { name: ['db-*'] } },
      rhythm: { kind: 'schedule', cron: '0 2 * * *', timeZone: 'Europe/Berlin', graceMs: 4 * HOUR_MS },
    },
    {
      ...{ ...USUAL, name: 'logs', match: { source: ['search-logs'] } },
      rhythm: { kind: 'every', everyMs: 6 * HOUR_MS, graceMs: HOUR_MS },
    },
    {
      ...{ ...USUAL, name: 'daily', match: {} },
      rhythm: { kind: 'every', everyMs: 24 * HOUR_MS, graceMs: 2 * HOUR_MS },
    },
  ],
  resources: [],
  exclusions: [{ match: { name: ['test-*'] }, reason: 'made anew each night', untilMs: null }],
  maintenance: [
    {
      ...{ match: { source: ['server-backups-1*'] }, reason: 'the data centre moves' },
      ...{ fromMs: NOW_MS - 120 * HOUR_MS, toMs: NOW_MS - 60 * HOUR_MS },
    },
  ],
};
