// Jest 30 ignores `testTimeout` inside `projects`; this reaches every test file.
jest.setTimeout(30_000);
