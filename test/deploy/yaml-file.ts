import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { z } from 'zod';

export const root = join(__dirname, '..', '..');

export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** The documents of a YAML file, with anchors and merge keys resolved, in the shape that `schema` says. */
export function readYaml<S extends z.ZodType>(path: string, schema: S): z.output<S>[] {
  const documents = parseAllDocuments(readText(path), { merge: true });
  return [...documents].map((document) => {
    if (document.errors.length > 0) throw new Error(`${path}: ${document.errors[0]?.message}`);
    return schema.parse(document.toJS());
  });
}

/** Names in `NAME=value` lines. */
export function namesIn(envFile: string): string[] {
  return [...readText(envFile).matchAll(/^([A-Z_]+)=/gm)].map(([, name = '']) => name);
}

/** Names in `${NAME}`, `${NAME:-…}` and `${NAME:?…}`. */
export function variablesIn(path: string): string[] {
  return [...new Set([...readText(path).matchAll(/\$\{([A-Z_]+)/g)].map(([, name = '']) => name))];
}
