import { describeReading } from './reading.js';

const SETTINGS = {
  pageParameter: ['start', 'offset', 'both'],
  unknownParameters: ['ignore', 'reject'],
  order: ['newest-first', 'oldest-first', 'shuffled'],
  totalSize: ['absent', 'exact', 'page'],
  times: ['number', 'string'],
} as const;

describeReading<'css'>('huawei-css', {
  small: { ...SETTINGS, cap: [null, 1, 10, 100] },
  large: { ...SETTINGS, cap: [null, 10, 100, 999] },
});
