import type { FieldError } from '../domain/errors';

const DEEPEST = 32;
const MOST_ERRORS = 20;
const LONE_SURROGATE = /\p{Surrogate}/u;
/** Keys that mean something to JavaScript's objects instead of to the caller. */
const PROTOTYPE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * What no field of a request may hold, wherever it hides: NUL and lone surrogates (PostgreSQL and JSON refuse them late),
 * prototype keys, numbers beyond JavaScript, nesting deeper than 32.
 */
export function findUnsafeValues(value: unknown): FieldError[] {
  const errors: FieldError[] = [];
  look(value, '', 0, errors);
  return errors;
}

function look(value: unknown, path: string, depth: number, errors: FieldError[]): void {
  if (errors.length >= MOST_ERRORS) return;
  if (typeof value === 'string') {
    const fault = faultOfText(value);
    if (fault) errors.push({ path, message: fault });
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) errors.push({ path, message: 'is a number too large' });
  } else if (typeof value === 'object' && value !== null) {
    if (depth >= DEEPEST) errors.push({ path, message: `is nested deeper than ${DEEPEST} levels` });
    else for (const [key, part] of Object.entries(value)) lookAtEntry(key, part, path, depth, errors);
  }
}

function lookAtEntry(key: string, part: unknown, path: string, depth: number, errors: FieldError[]): void {
  const fault = PROTOTYPE_KEYS.has(key) ? 'is a name that is not allowed' : faultOfText(key);
  const keyPath = join(path, key);
  if (fault) errors.push({ path: keyPath, message: fault });
  else look(part, keyPath, depth + 1, errors);
}

function faultOfText(text: string): string | null {
  if (text.includes('\0')) return 'must not contain the character NUL';
  if (LONE_SURROGATE.test(text)) return 'must not contain half a surrogate pair';
  return null;
}

/** Made printable, since a faulty key is part of its own path. */
function join(path: string, key: string): string {
  const printable = key.slice(0, 100).replace(/[\0\p{Surrogate}]/gu, '\uFFFD');
  return path === '' ? printable : `${path}.${printable}`;
}
