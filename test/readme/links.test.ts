import { existsSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { CONFIG_KEYS } from '../../src/config';
import { createMetrics } from '../../src/platform/metrics';
import {
  anchorsOf,
  markdownFiles,
  readMarkdown,
  repositoryFiles,
  root,
  sectionOf,
  withoutCode,
} from './markdown';

const files = markdownFiles();
const fileNames = new Set(repositoryFiles().map((file) => basename(file)));
/** What starts like this in backticks is a path of this repository. */
const PATH =
  /`((?:src|docs|deploy|scripts|test|examples|tools|drizzle)\/[^\s`*<:]+|[\w.-]+\.(?:yml|yaml|json|cjs|mjs|md|ts))`/g;
/** Named though they are not in the repository: made by the reader, or by a build. */
const MADE_LATER = ['deploy/production.env'];

function brokenLinks(file: string): string[] {
  const links = [...withoutCode(readMarkdown(file)).matchAll(/\]\(([^)\s]+)\)/g)].map(
    ([, link = '']) => link,
  );
  return links.filter((link) => !/^https?:/.test(link) && !leadsSomewhere(file, link));
}

function leadsSomewhere(file: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? file : normalize(join(dirname(file), path));
  if (!existsSync(join(root, target))) return false;
  return anchor === undefined || anchorsOf(readMarkdown(target)).includes(anchor);
}

/** A bare file name may stand for a file in any folder: the sentence says which. */
function missingPaths(file: string): string[] {
  const paths = [...withoutCode(readMarkdown(file)).matchAll(PATH)].map(([, path = '']) => path);
  const isThere = (path: string) => (path.includes('/') ? existsSync(join(root, path)) : fileNames.has(path));
  return paths.filter((path) => !MADE_LATER.includes(path) && !isThere(path));
}

test('the documents are found', () => {
  expect(files).toEqual(
    expect.arrayContaining(['README.md', 'CHANGELOG.md', 'docs/architecture.md', 'docs/decisions/README.md']),
  );
});

test.each(files)('every relative link of %s leads to a file, and to a heading of it', (file) => {
  expect(brokenLinks(file)).toEqual([]);
});

test.each(files)('every path that %s names exists', (file) => {
  expect(missingPaths(file)).toEqual([]);
});

test('every decision is in the list, and says what it costs', () => {
  const decisions = files.filter((file) => /^docs\/decisions\/\d{4}-/.test(file));
  const list = readMarkdown('docs/decisions/README.md');
  for (const file of decisions) {
    expect(list).toContain(`(${file.split('/').at(-1)})`);
    expect(readMarkdown(file)).toMatch(/\*\*Decision\.\*\*[\s\S]*\*\*Why\.\*\*[\s\S]*\*\*Cost\.\*\*/);
  }
  expect(decisions.length).toBeGreaterThanOrEqual(10);
});

test('the operations page explains every setting and no other', () => {
  const table = sectionOf(readMarkdown('docs/operations.md'), 'Settings')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|')[1] ?? '');
  const explained = table.flatMap((cell) => [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, name = '']) => name));
  expect(explained.sort()).toEqual([...CONFIG_KEYS].sort());
});

test('the operations page explains every metric of ours', async () => {
  const { text } = await createMetrics().render();
  const own = [...text.matchAll(/^# TYPE (followthrough_\w+) /gm)].map(([, name = '']) => name);
  const table = sectionOf(readMarkdown('docs/operations.md'), 'Metrics');
  expect(own.filter((name) => !table.includes(`\`${name}\``))).toEqual([]);
  expect(own.length).toBeGreaterThan(5);
});
