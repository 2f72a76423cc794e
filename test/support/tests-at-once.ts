/**
 * Tests that wait mostly for Temporal run side by side, each on conversations of its own: all begin with the first one,
 * and each reports for itself. They are named as a table, so that a name stands once.
 */
export function testsAtOnce(cases: Record<string, () => Promise<void>>, limitMs = 60_000): void {
  const runs = new Map<string, Promise<Error | null>>();
  beforeAll(() => {
    for (const [name, run] of Object.entries(cases)) {
      runs.set(
        name,
        run().then(
          () => null,
          (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
        ),
      );
    }
  });
  test.each(Object.keys(cases))(
    '%s',
    async (name) => {
      const failure = await runs.get(name);
      if (failure) throw failure;
    },
    limitMs,
  );
}
