import { describeReading } from './reading.js';

const SETTINGS = {
  order: ['newest-first', 'oldest-first', 'shuffled'],
  zone: ['+0800 CST', '+0000 UTC', '-0500 EST', '+0530 IST', '-0330 -0330'],
  fractionDigits: [0, 1, 3, 6, 9],
  monotonic: [true, false],
  runningCompletionTime: [true, false],
} as const;

describeReading<'cce'>('huawei-cce', {
  small: SETTINGS,
  large: { ...SETTINGS, zone: ['+0800 CST', '+0000 UTC', '-0330 -0330'], fractionDigits: [0, 3, 9] },
});
