import config from './jest.config.mjs';

/** What takes minutes, one suite at a time on a quiet machine: `npm run test:load`, `test:soak`, `test:alerts`. */
export default { ...config, testPathIgnorePatterns: [], maxWorkers: 1 };
