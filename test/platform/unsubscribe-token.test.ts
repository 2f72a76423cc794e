import { randomBytes } from 'node:crypto';
import { v4, v7 } from 'uuid';
import { createSecretBox } from '../../src/platform/secret-box';
import { createUnsubscribeTokens } from '../../src/platform/unsubscribe-token';

const newKey = () => randomBytes(32).toString('base64');
const key = newKey();
const tokens = createUnsubscribeTokens([key]);
const subject = { organizationId: v7(), contactId: v7(), channel: 'email' as const };

test.each(['email', 'webhook'] as const)('a token says whom it opts out of %s', (channel) => {
  const token = tokens.sign({ ...subject, channel });
  expect(tokens.read(token)).toEqual({ ...subject, channel });
  expect(token).toMatch(/^[\w-]{88}$/);
});

test('ids of any UUID version are kept', () => {
  const other = { ...subject, contactId: v4() };
  expect(tokens.read(tokens.sign(other))).toEqual(other);
});

test('one changed bit anywhere and it is nobody’s', () => {
  const bytes = Buffer.from(tokens.sign(subject), 'base64url');
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(tokens.read(changed.toString('base64url'))).toBeNull();
  }
});

test.each(['', 'x', '.', 'a'.repeat(88), 'é'.repeat(88), '\u0000', 'x'.repeat(100_000)])(
  'anything else is nobody’s (%#)',
  (token) => {
    expect(tokens.read(token)).toBeNull();
  },
);

test('there is one spelling of a token', () => {
  const token = tokens.sign(subject);
  for (const spelling of [`${token}=`, `${token} `, `${token}\n`, token.replace(/.$/, '$&!'), ` ${token}`]) {
    expect(tokens.read(spelling)).toBeNull();
  }
});

test('links of an old key are honoured after a rotation, those of a stranger never', () => {
  const rotated = createUnsubscribeTokens([newKey(), key]);
  expect(rotated.read(tokens.sign(subject))).toEqual(subject);
  expect(tokens.read(rotated.sign(subject))).toBeNull();
});

test('the key of the tokens is not the key of the secrets', () => {
  expect(() => createSecretBox([key]).open(`v1.${tokens.sign(subject)}`)).toThrow();
});
