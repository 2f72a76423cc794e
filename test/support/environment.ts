type Name = 'TEST_DATABASE_URL' | 'TEST_TEMPLATE_DATABASE' | 'TEST_TEMPORAL_ADDRESS';

/** What global-setup.ts has put there. Throws in a test that Jest's `unit` project runs: no servers there. */
export function testEnvironment(name: Name): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(
    `${name} is not set: this test needs servers, so it must not lie in a folder of the unit project.`,
  );
}
