// Packages that ship only ES modules: Jest's require cannot load those untransformed on Node 20.
const esmOnly = ['temporal-polyfill', 'temporal-utils', 'postal-mime'];
const swc = { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } };

const shared = {
  testEnvironment: 'node',
  setupFilesAfterEnv: ['<rootDir>/test/support/time-limit.ts'],
  transform: { '^.+\\.(t|j|mj)s$': ['@swc/jest', swc] },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.followthrough/'],
};

// Folders whose tests need no server. Everything else under test/ may ask for PostgreSQL and Temporal.
const serverless = [
  'domain',
  'contracts',
  'platform',
  'generation',
  'channels',
  'config',
  'architecture',
  'scripts',
];

module.exports = {
  // Two cores: a third worker only makes the timing tests worse.
  maxWorkers: 2,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: [`<rootDir>/test/{${serverless.join(',')}}/**/*.test.ts`, '<rootDir>/test/*.test.ts'],
    },
    {
      ...shared,
      displayName: 'servers',
      testMatch: ['<rootDir>/test/*/**/*.test.ts'],
      testPathIgnorePatterns: [`<rootDir>/test/(${serverless.join('|')})/`],
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    },
  ],
};
