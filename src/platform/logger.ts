import { types } from 'node:util';
import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger };

/** Never a message's text, an address or a secret: a belt for whoever logs an object by mistake. */
const SECRET_FIELDS = [
  'authorization',
  'apiKey',
  'key',
  'secret',
  'secrets',
  'password',
  'smtpUrl',
  'text',
  'body',
  'subject',
  'email',
  'phone',
  'contact',
  'params',
];

/** JSON lines on stdout, or to `destination`. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
    serializers: { err: describeError },
  };
  return destination ? pino(options, destination) : pino(options);
}

export interface ErrorFacts {
  type: string;
  message: string;
  /** PostgreSQL's or Node's. */
  code?: string;
  constraint?: string;
  query?: string;
  stack?: string;
  cause?: ErrorFacts;
}

const MOST_CAUSES = 4;

/**
 * Everything of an error but what people wrote: a failed query is shown with its placeholders, not its parameters,
 * and PostgreSQL's `detail`, which quotes rows, is left out.
 */
export function describeError(error: unknown, depth = 0): ErrorFacts {
  if (!(error instanceof Error))
    return { type: typeof error, message: 'something that is no error was thrown' };
  const query = textOf(error, 'query');
  const facts: ErrorFacts = {
    type: error.name,
    message: query === undefined ? error.message : 'failed query',
  };
  const code = textOf(error, 'code');
  const constraint = textOf(error, 'constraint');
  if (code !== undefined) facts.code = code;
  if (constraint !== undefined) facts.constraint = constraint;
  if (query !== undefined) facts.query = query;
  // Frames only: the stack's head repeats the message.
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  if (frames && frames.length > 0) facts.stack = frames.join('\n');
  if (types.isNativeError(error.cause) && depth < MOST_CAUSES)
    facts.cause = describeError(error.cause, depth + 1);
  return facts;
}

function textOf(error: Error, name: string): string | undefined {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
}
