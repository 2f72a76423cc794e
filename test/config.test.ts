import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LONGEST_LEAD_MS } from '../src/contracts/conversation-workflow';
import { CONFIG_KEYS, ConfigError, loadConfig, loadDatabaseUrl } from '../src/config';

const key = Buffer.alloc(32, 7).toString('base64');
const least = {
  DATABASE_URL: 'postgres://app:pa55@db/followthrough',
  TEMPORAL_ADDRESS: 'temporal:7233',
  PUBLIC_URL: 'https://follow.example.com/',
  ENCRYPTION_KEY: key,
};

function problemsOf(env: Record<string, string>): string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map((problem) => problem.key);
    throw error;
  }
  return [];
}

describe('loadConfig', () => {
  test('needs four settings and fills in the rest', () => {
    expect(loadConfig(least)).toMatchObject({
      publicUrl: 'https://follow.example.com',
      port: 3000,
      workerPort: 3001,
      timeMachine: false,
      allowPrivateTargets: false,
      startsPerSecond: 40,
      shutdownGraceMs: 30_000,
      encryptionKeys: [key],
      smtpUrl: null,
      temporal: {
        address: 'temporal:7233',
        namespace: 'default',
        taskQueue: 'followthrough',
        nudgeLeadMs: 1_000,
        tls: false,
      },
    });
  });

  test('is frozen to the bottom', () => {
    const config = loadConfig(least);
    expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError);
    expect(() => Object.assign(config.temporal, { tls: true })).toThrow(TypeError);
    expect(() => Array.prototype.push.call(config.encryptionKeys, 'x')).toThrow(TypeError);
  });

  test('names every wrong key at once and no value', () => {
    const bad = {
      DATABASE_URL: 'mysql://s3cret',
      PORT: '70000',
      TIME_MACHINE: 'yes',
      SMTP_URL: 'http://s3cret',
    };
    expect(problemsOf(bad).sort()).toEqual(
      [
        'DATABASE_URL',
        'ENCRYPTION_KEY',
        'PORT',
        'PUBLIC_URL',
        'SMTP_URL',
        'TEMPORAL_ADDRESS',
        'TIME_MACHINE',
      ].sort(),
    );
    expect(() => loadConfig(bad)).toThrow(ConfigError);
    expect(() => loadConfig(bad)).not.toThrow(/s3cret|70000|yes/);
  });

  test.each(['1', 'TRUE', 'True', 'no', '0', 'on'])('a boolean written %p is refused', (value) => {
    expect(problemsOf({ ...least, ALLOW_PRIVATE_TARGETS: value })).toEqual(['ALLOW_PRIVATE_TARGETS']);
  });

  test.each(['short', Buffer.alloc(31).toString('base64'), `${key},`, `${key} ${key}`, key.slice(0, -1)])(
    'the encryption key %p is refused',
    (value) => expect(problemsOf({ ...least, ENCRYPTION_KEY: value })).toEqual(['ENCRYPTION_KEY']),
  );

  test('takes several encryption keys for a rotation, the sealing one first', () => {
    const old = Buffer.alloc(32, 8).toString('base64');
    expect(loadConfig({ ...least, ENCRYPTION_KEY: `${key}, ${old}` }).encryptionKeys).toEqual([key, old]);
  });

  test.each([
    ['PORT', '-1'],
    ['PORT', '3000.5'],
    ['PORT', '0x10'],
    ['START_RATE', '0'],
    ['TEMPORAL_ADDRESS', 'http://temporal:7233'],
    ['TEMPORAL_ADDRESS', 'temporal'],
    ['PUBLIC_URL', 'follow.example.com'],
    ['PUBLIC_URL', 'javascript:alert(1)'],
    ['LOG_LEVEL', 'loud'],
  ])('%s=%s is refused', (name, value) => expect(problemsOf({ ...least, [name]: value })).toEqual([name]));

  test('an empty value counts as absent', () => {
    expect(loadConfig({ ...least, SMTP_URL: '', PORT: ' ', TEMPORAL_TLS: '' })).toMatchObject({
      smtpUrl: null,
      port: 3000,
    });
    expect(problemsOf({ ...least, DATABASE_URL: '' })).toEqual(['DATABASE_URL']);
  });

  test('a Temporal key or certificate turns TLS on, and half a certificate is refused', () => {
    expect(loadConfig({ ...least, TEMPORAL_API_KEY: 'k' }).temporal.tls).toBe(true);
    const files = { TEMPORAL_TLS_CERT_PATH: '/c.pem', TEMPORAL_TLS_KEY_PATH: '/k.pem' };
    expect(loadConfig({ ...least, ...files }).temporal).toMatchObject({ tls: true, tlsCertPath: '/c.pem' });
    expect(problemsOf({ ...least, TEMPORAL_TLS_CERT_PATH: '/c.pem' })).toEqual(['TEMPORAL_TLS_KEY_PATH']);
    expect(problemsOf({ ...least, TEMPORAL_TLS_KEY_PATH: '/k.pem', PORT: 'x' }).sort()).toEqual([
      'PORT',
      'TEMPORAL_TLS_CERT_PATH',
    ]);
  });

  test('a nudge is asked for a second early, 50 ms where time is skipped, and never earlier than an act waits', () => {
    const leadOf = (env: Record<string, string>) => loadConfig({ ...least, ...env }).temporal.nudgeLeadMs;
    expect(leadOf({})).toBe(1_000);
    expect(leadOf({ TIME_MACHINE: 'true' })).toBe(50);
    expect(leadOf({ TIME_MACHINE: 'true', NUDGE_LEAD_MS: '0' })).toBe(0);
    expect(leadOf({ NUDGE_LEAD_MS: String(LONGEST_LEAD_MS) })).toBe(LONGEST_LEAD_MS);
    expect(problemsOf({ ...least, NUDGE_LEAD_MS: String(LONGEST_LEAD_MS + 1) })).toEqual(['NUDGE_LEAD_MS']);
  });

  test('patches are held by their ids, none by default', () => {
    expect(loadConfig(least).heldPatches).toEqual([]);
    expect(loadConfig({ ...least, HELD_PATCHES: 'wait-twice, ask.first' }).heldPatches).toEqual([
      'wait-twice',
      'ask.first',
    ]);
    expect(problemsOf({ ...least, HELD_PATCHES: 'wait-twice,' })).toEqual(['HELD_PATCHES']);
  });

  test('the database address alone is enough for commands that need no more', () => {
    expect(loadDatabaseUrl({ DATABASE_URL: least.DATABASE_URL })).toBe(least.DATABASE_URL);
    expect(() => loadDatabaseUrl({})).toThrow('DATABASE_URL is needed');
  });

  test('.env.example documents every setting and nothing else, and holds no secret', () => {
    const lines = readFileSync(join(__dirname, '..', '.env.example'), 'utf8').split('\n');
    const matches = lines.map((line) => /^([A-Z_]+)=(.*)$/.exec(line)).filter((match) => match !== null);
    const entries = Object.fromEntries(matches.map(([, name = '', value = '']) => [name, value]));
    const composeOnly = ['POSTGRES_PASSWORD', 'PUBLISH_ADDRESS'];
    expect(Object.keys(entries).sort()).toEqual([...CONFIG_KEYS, ...composeOnly].sort());
    expect([
      entries.ENCRYPTION_KEY,
      entries.DATABASE_URL,
      entries.TEMPORAL_API_KEY,
      entries.SMTP_URL,
      entries.POSTGRES_PASSWORD,
    ]).toEqual(['', '', '', '', '']);
    expect(problemsOf({ ...entries, ...least })).toEqual([]);
  });
});
