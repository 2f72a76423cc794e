import { assertSmtpUrl, assertTargetUrl, readSmtpUrl, targetUrlProblem } from '../../src/channels/target-url';
import { AppError } from '../../src/domain/errors';

const refused = [
  'http://example.com/hook',
  'ftp://example.com/hook',
  'file:///etc/passwd',
  'gopher://example.com/',
  'javascript:alert(1)',
  'example.com/hook',
  '',
  'https://',
  'https://user:pass@example.com/',
  'https://user@example.com/',
  'https://example.com:22/',
  'https://example.com:25/',
  'https://example.com:0/',
  'https://localhost/',
  'https://LOCALHOST./',
  'https://app.localhost/',
  'https://127.0.0.1/',
  'https://127.0.0.1./',
  'https://127.1/',
  'https://0x7f.1/',
  'https://0x7f000001/',
  'https://0177.0.0.1/',
  'https://2130706433/',
  'https://0/',
  'https://①②⑦.⓪.⓪.①/',
  'https://10.0.0.1/',
  'https://169.254.169.254/latest/meta-data/',
  'https://[::1]/',
  'https://[::]/',
  'https://[::ffff:169.254.169.254]/',
  'https://[::ffff:a9fe:a9fe]/',
  'https://[64:ff9b::169.254.169.254]/',
  'https://[fd00:ec2::254]/',
  'https://exa mple.com/',
  'https://example.com/\n',
  ' https://example.com/',
  'https://example.com/\u0000',
  `https://example.com/${'a'.repeat(2048)}`,
];

test.each(refused)('a webhook cannot be configured for %j', (url) => {
  expect(targetUrlProblem(url, false)).toEqual(expect.any(String));
  expect(() => assertTargetUrl(url, false)).toThrow(AppError);
});

test.each([
  'https://example.com',
  'https://example.com/hooks/1?token=a%20b',
  'https://example.com:8443/hook',
  'https://bücher.example/',
  'https://8.8.8.8/hook',
  'https://[2606:4700::1111]/hook',
])('a webhook can be configured for %s', (url) => {
  expect(targetUrlProblem(url, false)).toBeNull();
  expect(() => assertTargetUrl(url, false)).not.toThrow();
});

/** The AppError that `check` throws; anything else fails the test. */
function refusal(check: () => void): AppError {
  try {
    check();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

test('the error names the field', () => {
  expect(refusal(() => assertTargetUrl('http://example.com', false))).toMatchObject({
    code: 'validation_failed',
    errors: [{ path: 'url', message: 'must begin with https://' }],
  });
});

test('private targets allowed: http and any host and port, but still no credentials and no other scheme', () => {
  expect(targetUrlProblem('http://127.0.0.1:80/hook', true)).toBeNull();
  expect(targetUrlProblem('http://[::1]:22/', true)).toBeNull();
  expect(targetUrlProblem('http://user:pass@127.0.0.1/', true)).not.toBeNull();
  expect(targetUrlProblem('ftp://127.0.0.1/', true)).not.toBeNull();
});

test.each([
  ['smtps://mail.example.com', { host: 'mail.example.com', port: 465, secure: true, auth: null }],
  ['smtp://mail.example.com', { host: 'mail.example.com', port: 587, secure: false, auth: null }],
  [
    'smtp://me%40example.com:p%3Ass@mail.example.com:2525/',
    {
      host: 'mail.example.com',
      port: 2525,
      secure: false,
      auth: { user: 'me@example.com', pass: 'p:ss' },
    },
  ],
])('%s is read as host, port, security and credentials', (url, address) => {
  expect(readSmtpUrl(url, false)).toEqual(address);
  expect(() => assertSmtpUrl(url, false)).not.toThrow();
});

test.each([
  'https://mail.example.com',
  'smtp://',
  'smtp:mail.example.com',
  'smtp://mail.example.com?proxy=http://169.254.169.254',
  'smtp://mail.example.com?tls.rejectUnauthorized=false',
  'smtp://mail.example.com/path',
  'smtp://mail.example.com#x',
  'smtp://mail.example.com:80',
  'smtp://mail.example.com:22',
  'smtp://127.0.0.1:25',
  'smtp://0x7f.1:25',
  'smtp://2130706433:25',
  'smtp://localhost:25',
  'smtp://[::1]:25',
  'smtp://[::ffff:10.0.0.1]:25',
  'smtp://user:%zz@mail.example.com',
  'smtp://mail.example.com\r\nRCPT',
])('an organization cannot use %j as its SMTP server', (url) => {
  expect(readSmtpUrl(url, false)).toEqual({ problem: expect.any(String) });
  expect(refusal(() => assertSmtpUrl(url, false))).toMatchObject({ code: 'validation_failed' });
});

test('private targets allowed: any host and port for SMTP, but no options', () => {
  expect(readSmtpUrl('smtp://127.0.0.1:1025', true)).toMatchObject({ host: '127.0.0.1', port: 1025 });
  expect(readSmtpUrl('smtp://127.0.0.1:1025?proxy=http://x', true)).toHaveProperty('problem');
});
