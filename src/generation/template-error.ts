import { AssertionError, LiquidError } from 'liquidjs';
import { type AppError, invalidField } from '../domain/errors';

export type TemplatePart = 'subject' | 'body';

const MAX_SENTENCE_LENGTH = 200;
const POSITION = /, line:\d+, col:\d+/g;
const ABOUT_THE_SOURCE: ReadonlySet<string> = new Set(['Error', 'AssertionError', 'TokenizationError']);
const ABOUT_THE_RENDERING: ReadonlySet<string> = new Set([
  'AssertionError',
  'InternalUndefinedVariableError',
]);

export function templateError(part: TemplatePart, reason: string): AppError {
  return invalidField(part, reason, 'invalid_template');
}

/**
 * What the author of a template may know of a failure: the line and liquidjs's own sentence about the source. The error
 * itself is not kept as the cause, since it holds the whole template and its stack quotes it.
 */
export function parseFailure(part: TemplatePart, error: unknown): AppError {
  return templateError(part, lineOf(error) + sentenceOf(error, ABOUT_THE_SOURCE, 'cannot be parsed'));
}

/** As above, while rendering: only fixed sentences, for others may quote what the variables hold. */
export function renderFailure(part: TemplatePart, error: unknown): AppError {
  const otherwise = 'cannot be rendered with these values';
  return templateError(part, lineOf(error) + sentenceOf(error, ABOUT_THE_RENDERING, otherwise));
}

/** True when the time allowed for a rendering was used up, which a pause of the whole machine can do as well. */
export function isTimeLimit(error: unknown): boolean {
  const original = originalOf(error);
  return original instanceof AssertionError && original.message.startsWith('template render limit');
}

/** By name, so that a TypeError or a RangeError of the runtime (a stack too deep) says nothing of our inside. */
function sentenceOf(error: unknown, names: ReadonlySet<string>, otherwise: string): string {
  const original = originalOf(error);
  if (!(original instanceof Error) || !names.has(original.name)) return otherwise;
  return original.message.replace(POSITION, '').slice(0, MAX_SENTENCE_LENGTH);
}

function lineOf(error: unknown): string {
  const line = error instanceof LiquidError ? error.token.getPosition()[0] : undefined;
  return line === undefined ? '' : `line ${line}: `;
}

/** liquidjs wraps what goes wrong, some of it twice; the innermost speaks without a position. */
function originalOf(error: unknown): unknown {
  return error instanceof LiquidError && error.originalError !== undefined
    ? originalOf(error.originalError)
    : error;
}
