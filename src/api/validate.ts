import type { z } from 'zod';
import { AppError, type FieldError } from '../domain/errors';
import { findUnsafeValues } from './unsafe-values';

const MOST_ERRORS = 50;

/** Parses one part of a request. Throws validation_failed with every field that is wrong. */
export function validate<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const unsafe = findUnsafeValues(value);
  if (unsafe.length > 0) throw invalid(unsafe);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.flatMap(fieldErrors));
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'is not a known field' }));
  }
  return [{ path: path.join('.'), message: issue.message }];
}

function invalid(errors: FieldError[]): AppError {
  const shown = errors.slice(0, MOST_ERRORS);
  const detail = shown
    .slice(0, 3)
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
    .join('; ');
  return new AppError('validation_failed', detail, { errors: shown });
}
