import { describeReading } from './reading.js';

const SETTINGS = {
  order: ['newest-first', 'oldest-first', 'shuffled'],
  count: ['total', 'page'],
  limitOffset: [true, false],
  timeFilter: ['created_at', 'started_at', 'none'],
  times: ['offset', 'zulu'],
  enterpriseProject: ['accept', 'ignore'],
} as const;

describeReading<'cbr'>('huawei-cbr', {
  small: { ...SETTINGS, cap: [null, 1, 10, 100] },
  large: { ...SETTINGS, cap: [null, 10, 100, 999] },
});
