import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { lineCount, root, sourceFiles } from './source-files';

const MAX_LINES = 300;
const MEDIAN_LINES = 80;
const folders = ['src', 'scripts', 'test', 'proof', 'bench'].filter((folder) =>
  existsSync(join(root, folder)),
);
const everything = folders.flatMap(sourceFiles);

describe('source files', () => {
  test('were found at all', () => {
    expect(everything).toContain(join('test', 'architecture', 'source-files.test.ts'));
    expect(sourceFiles('src').length).toBeGreaterThan(50);
  });

  test(`have at most ${MAX_LINES} lines`, () => {
    expect(everything.filter((file) => lineCount(file) > MAX_LINES)).toEqual([]);
  });

  test(`of the product have a median of at most ${MEDIAN_LINES} lines`, () => {
    const counts = sourceFiles('src')
      .map(lineCount)
      .sort((a, b) => a - b);
    expect(counts[Math.floor(counts.length / 2)]).toBeLessThanOrEqual(MEDIAN_LINES);
  });

  test('are named in kebab case for what they export', () => {
    const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.property)?(\.(test|config))?\.(ts|mjs|cjs)$/;
    expect(everything.filter((file) => !kebab.test(basename(file)))).toEqual([]);
  });

  test('have no name that could hold anything', () => {
    const anything = /(^|[-/])(utils?|helpers?|managers?|common|misc|shared)([-./]|$)/;
    expect(everything.filter((file) => anything.test(file))).toEqual([]);
  });
});
