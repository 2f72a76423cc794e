import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './source-files';

interface Setting {
  key: string;
  value: string;
}

/** Every setting of the file, also those that are commented out. */
function settings(): Setting[] {
  const text = readFileSync(join(root, '.env.example'), 'utf8');
  return [...text.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=(.*)$/gm)].map(([, key = '', value = '']) => ({
    key,
    value: value.trim(),
  }));
}

describe('.env.example', () => {
  test('names settings', () => {
    expect(settings().length).toBeGreaterThan(5);
  });

  test('holds no secret', () => {
    const secret = /(KEY|SECRET|PASSWORD|TOKEN)S?$/;
    expect(settings().filter(({ key, value }) => secret.test(key) && value !== '')).toEqual([]);
  });

  test('holds no address with a password that would work anywhere', () => {
    const passwords = settings().flatMap(({ value }) => /:\/\/[^:/@]*:([^@]+)@/.exec(value)?.[1] ?? []);
    expect(passwords.filter((password) => !/^(\$\{.*\}|change-?me|password)$/.test(password))).toEqual([]);
  });
});
