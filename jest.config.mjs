export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/build-test'],
  testRegex: String.raw`\.spec\.js$`,
  transform: {},
  testTimeout: 30_000,
  reporters: ['default', '<rootDir>/test/support/closing-line.mjs'],
};
