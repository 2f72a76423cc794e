import { DrizzleQueryError } from 'drizzle-orm';
import { DatabaseError } from 'pg';
import { Writable } from 'node:stream';
import { createLogger, describeError } from '../../src/platform/logger';

function logged(write: (logger: ReturnType<typeof createLogger>) => void): string {
  const chunks: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  write(createLogger('info', destination));
  return chunks.join('');
}

describe('the log', () => {
  test('is a JSON line with a level in words and a time', () => {
    expect(JSON.parse(logged((logger) => logger.info({ organizationId: 'o' }, 'hello')))).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      organizationId: 'o',
      msg: 'hello',
    });
  });

  test.each(['authorization', 'secret', 'smtpUrl', 'text', 'body', 'email', 'phone'])(
    'hides %s, at the top and one level down',
    (field) => {
      const line = logged((logger) =>
        logger.info({ [field]: 'canary', inner: { [field]: 'canary' } }, 'hello'),
      );
      expect(line).not.toContain('canary');
    },
  );

  test('shows a failed query without its parameters and without the rows PostgreSQL quotes', () => {
    const cause = new DatabaseError(
      'duplicate key value violates unique constraint "contacts_email"',
      1,
      'error',
    );
    Object.assign(cause, {
      code: '23505',
      constraint: 'contacts_email',
      detail: 'Key (email)=(canary@example.com) exists.',
    });
    const error = new DrizzleQueryError('insert into contacts values ($1)', ['canary@example.com'], cause);
    const line = logged((logger) => logger.error({ err: error }, 'failed'));
    expect(line).not.toContain('canary');
    expect(JSON.parse(line)).toMatchObject({
      err: {
        message: 'failed query',
        query: 'insert into contacts values ($1)',
        cause: {
          code: '23505',
          constraint: 'contacts_email',
          message: expect.stringContaining('duplicate key'),
        },
      },
    });
  });

  test('keeps the frames of a stack and the chain of causes, which may have no end', () => {
    const loop = new Error('outer');
    loop.cause = loop;
    const facts = describeError(loop);
    expect(facts.stack).toMatch(/^\s+at /);
    expect(facts.stack).not.toContain('outer');
    expect(facts.cause?.cause?.message).toBe('outer');
    expect(describeError('a string').message).toBe('something that is no error was thrown');
  });
});
