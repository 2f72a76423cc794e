import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from './source-files';

const packageSchema = z.object({
  resolved: z.string().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const lockSchema = z.object({ packages: z.record(z.string(), packageSchema) });

const lockFiles = ['package-lock.json', 'bench/package-lock.json'].filter((file) =>
  existsSync(join(root, file)),
);

describe.each(lockFiles)('%s', (file) => {
  const { packages } = lockSchema.parse(JSON.parse(readFileSync(join(root, file), 'utf8')));

  // A registry that lacks some of them makes npm leave them out, and `npm ci` refuses such a lockfile everywhere.
  test('has every optional package of every platform', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`${path}/node_modules/${name}` in packages) && !(`node_modules/${name}` in packages),
      ),
    );
    expect(missing).toEqual([]);
  });

  test('names no registry: npm takes the one that is configured', () => {
    expect(Object.values(packages).flatMap(({ resolved }) => resolved ?? [])).toEqual([]);
  });
});
