import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(__dirname, '..', '..');

/** Paths, relative to the root, of every TypeScript and module file below `folder`; none when there is no such folder. */
export function sourceFiles(folder: string): string[] {
  const found = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return found
    .filter((file) => /\.(ts|mjs|cjs)$/.test(file) && !file.includes('node_modules'))
    .map((file) => join(folder, file));
}

export function lineCount(file: string): number {
  return readFileSync(join(root, file), 'utf8').trimEnd().split('\n').length;
}
