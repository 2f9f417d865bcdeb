import { defineConfig } from 'vitest/config';
import config from './vitest.config.mjs';

/** What takes minutes, one suite at a time on a quiet machine: `npm run test:load`, `test:soak`, `test:alerts`. */
export default defineConfig({
  test: { ...config.test, projects: undefined, include: ['build-test/**/*.spec.js'], maxWorkers: 1 },
});
