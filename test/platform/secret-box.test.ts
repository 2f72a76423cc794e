import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { AppError } from '../../src/domain/errors';
import { createSecretBox } from '../../src/platform/secret-box';

const newKey = () => randomBytes(32).toString('base64');
const key = newKey();
const box = createSecretBox([key]);

function failure(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

test('what was sealed is opened, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(box.open(box.seal(text))).toBe(text);
    }),
  );
});

test('the sealed form is versioned, hides the text and differs each time', () => {
  const sealed = [box.seal('smtp://me:secret@host'), box.seal('smtp://me:secret@host')];
  expect(sealed[0]).toMatch(/^v1\.[\w-]+$/);
  expect(sealed[0]).not.toBe(sealed[1]);
  expect(Buffer.from(sealed[0]?.slice(3) ?? '', 'base64url').toString('latin1')).not.toContain('secret');
});

test('after a rotation the new key seals and the old one still opens', () => {
  const renewed = newKey();
  const rotated = createSecretBox([renewed, key]);
  expect(rotated.open(box.seal('old'))).toBe('old');
  expect(createSecretBox([renewed]).open(rotated.seal('new'))).toBe('new');
  expect(() => box.open(rotated.seal('new'))).toThrow(AppError);
});

test('under a wrong key it tells the operator what to do and the client nothing', () => {
  const sealed = box.seal('whsec_topsecret');
  const error = failure(() => createSecretBox([newKey()]).open(sealed));
  expect(error.code).toBe('internal_error');
  expect(error.detail).toBe('A stored secret cannot be opened.');
  expect(String(error.cause)).toMatch(/none of the configured encryption keys/);
  expect(`${error.message} ${error.detail} ${String(error.cause)} ${error.stack}`).not.toContain(
    sealed.slice(3),
  );
});

test('one flipped bit anywhere and it does not open', () => {
  const sealed = box.seal('secret');
  const bytes = Buffer.from(sealed.slice(3), 'base64url');
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => box.open(`v1.${changed.toString('base64url')}`)).toThrow(AppError);
  }
});

test.each(['', 'v1.', 'v1.AAAA', 'v2.AAAA', 'secret'])('%j is no sealed secret', (text) => {
  expect(failure(() => box.open(text)).code).toBe('internal_error');
});

test('keys of another length are refused at once', () => {
  expect(() => createSecretBox([])).toThrow();
  expect(() => createSecretBox([randomBytes(16).toString('base64')])).toThrow(/32 bytes/);
});
