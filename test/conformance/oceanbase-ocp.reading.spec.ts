import { describeReading } from './reading.js';

const SETTINGS = {
  order: ['newest-first', 'oldest-first', 'shuffled'],
  totals: ['totalPages', 'totalPage', 'flat', 'absent'],
  pageSize: ['asked', 'rows', 'max'],
} as const;

describeReading<'ocp'>('oceanbase-ocp', {
  small: { ...SETTINGS, cap: [null, 1, 10, 100] },
  large: { ...SETTINGS, cap: [null, 10, 100, 999] },
});
