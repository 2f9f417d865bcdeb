import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Suites that register what OpenTelemetry keeps once for a process. */
const OF_THEIR_OWN_PROCESS = [
  'build-test/src/platform/tracing/sdk.spec.js',
  'build-test/test/traces/no-endpoint.spec.js',
];

/** What `npm test` runs: everything but what takes minutes: what judges speed, load or memory over time, and a real Prometheus. */
export default defineConfig({
  test: {
    // Node.js loads what `tsc` compiled, with the metadata that Nest and Swagger need, and each process loads a module once.
    experimental: { viteModuleRunner: false },
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          isolate: false,
          include: ['build-test/**/*.spec.js'],
          exclude: ['build-test/test/load/**', 'build-test/test/metrics/live/**', ...OF_THEIR_OWN_PROCESS],
        },
      },
      { extends: true, test: { name: 'own process', isolate: true, include: OF_THEIR_OWN_PROCESS } },
    ],
    // Ends a test that hangs; it says nothing about how fast a test should be.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Many tests wait for timers and processes: one more at once than there are cores.
    maxWorkers: availableParallelism() + 1,
    disableConsoleIntercept: true,
    slowTestThreshold: 10_000,
    reporters: ['default', './test/support/closing-line.mjs'],
  },
});
