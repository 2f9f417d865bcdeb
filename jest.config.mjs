import { availableParallelism } from 'node:os';

/** What `npm test` runs: everything but what takes minutes: what judges speed, load or memory over time, and a real Prometheus. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/build-test'],
  testRegex: String.raw`\.spec\.js$`,
  testPathIgnorePatterns: ['/test/load/', '/test/metrics/live/'],
  transform: {},
  // Ends a test that hangs; it says nothing about how fast a test should be.
  testTimeout: 180_000,
  // Many tests wait for timers and processes: one more at once than there are cores.
  maxWorkers: availableParallelism() + 1,
  // A failed test may leave a server or a timer behind. The run ends all the same.
  forceExit: true,
  reporters: ['default', '<rootDir>/test/support/closing-line.mjs'],
};
