import type { Random } from '../random';
import type { Json } from './invent';

const UNKNOWN_FIELD = 'nobodyKnowsThisField';
const DEEP = 20_000;

/** Values that break careless code, as JSON text: some of them no JavaScript value would print as. */
const NASTY: readonly [string, ...string[]] = [
  '"\\u0000"',
  '"a\\u0000b"',
  '"\\ud800"',
  '"\\udfff\\ud800"',
  '1e308',
  '1e999',
  '-1',
  '9007199254740993',
  '123456789012345678901234567890',
  '-0',
  '0.1',
  'null',
  'true',
  '[]',
  '{}',
  '""',
  '"   "',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"toString":null,"hasOwnProperty":1}',
  '"{{ contact.name | append: contact.name }}"',
  '"{% for i in (1..100000000) %}x{% endfor %}"',
  '"{% if"',
  `"'; drop table conversations; --"`,
  '"9999-12-31T23:59:59Z"',
  '"-000001-01-01T00:00:00Z"',
  '"2026-02-30T00:00:00Z"',
  '"P999999D"',
  '"http://[::1"',
  '"\\r\\nBcc: all@example.com"',
  `"${'x'.repeat(100_000)}"`,
  `"${'é'.repeat(300)}"`,
];
const TEXTS: readonly [string, ...string[]] = [
  '',
  '{',
  '[]',
  'null',
  '"text"',
  '{"a":}',
  '{"a":1,"a":2}',
  '\u0000',
  '\ufeff{}',
  'NaN',
  `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`,
  `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`,
];
const PLACEHOLDER = 'the place to be spoiled';

/** Half of all bodies stay as they are; of the rest a part is replaced, a field added, or the text broken. */
export function spoil(
  body: Json | undefined,
  random: Random,
): { text: string | null; hasUnknownField: boolean } {
  const text = body === undefined ? null : JSON.stringify(body);
  const chance = random.next();
  if (chance < 0.5) return { text, hasUnknownField: false };
  if (chance < 0.58) return { text: random.pick(TEXTS), hasUnknownField: false };
  if (chance < 0.68 && isObject(body)) {
    return { text: JSON.stringify({ ...body, [UNKNOWN_FIELD]: 1 }), hasUnknownField: true };
  }
  if (body === undefined) return { text: random.pick(NASTY), hasUnknownField: false };
  const marked = JSON.stringify(replacePart(body, random));
  return { text: marked.replace(`"${PLACEHOLDER}"`, () => random.pick(NASTY)), hasUnknownField: false };
}

function replacePart(value: Json, random: Random): Json {
  const parts = isObject(value) ? Object.keys(value) : [];
  if (parts.length === 0 || random.next() < 0.15) return PLACEHOLDER;
  const part = parts[random.between(0, parts.length - 1)] ?? '';
  if (Array.isArray(value)) {
    return value.map((one, index) => (String(index) === part ? replacePart(one, random) : one));
  }
  return isObject(value) ? { ...value, [part]: replacePart(value[part] ?? null, random) } : PLACEHOLDER;
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
