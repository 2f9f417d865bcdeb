import config from './jest.config.mjs';

/** What judges speed, load or memory over time, one suite at a time on a quiet machine: `npm run test:load`, `test:soak`. */
export default { ...config, testPathIgnorePatterns: [], maxWorkers: 1 };
