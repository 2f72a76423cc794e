import type { Random } from '../random';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
/** A JSON schema, or any other object of the document. */
export type Schema = Record<string, unknown>;

export function asSchema(value: unknown): Schema {
  return isSchema(value) ? value : {};
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const DEEPEST = 6;
const WORDS = [
  'Ada',
  'a',
  'Grüße 😀',
  '30m',
  '90s',
  'Europe/London',
  'en-GB',
  '+442079460000',
  'default',
  'proof',
] as const;
const FORMATS: Record<string, readonly [string, ...string[]]> = {
  'date-time': ['2026-11-20T09:00:00Z', '2026-11-20T09:00:00.123+02:00', '1970-01-01T00:00:00Z'],
  email: ['ada@example.com'],
  uuid: ['0199a0e2-0000-7000-8000-000000000000'],
};

/** A value that the schema allows, as far as the document says; a random part of what is optional is left out. */
export function invent(schema: Schema, schemas: Schema, random: Random, depth = 0): Json {
  const target = resolve(schema, schemas);
  const choices = [target.anyOf, target.oneOf, target.enum].find(Array.isArray) as unknown[] | undefined;
  if (choices !== undefined && choices.length > 0) {
    const choice = choices[random.between(0, choices.length - 1)];
    return target.enum === choices ? (choice as Json) : invent(asSchema(choice), schemas, random, depth);
  }
  if ('const' in target) return target.const as Json;
  if (Array.isArray(target.examples) && random.next() < 0.5) return target.examples[0] as Json;
  return ofType(target, schemas, random, depth);
}

function ofType(schema: Schema, schemas: Schema, random: Random, depth: number): Json {
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'string':
      return random.pick(FORMATS[String(schema.format)] ?? WORDS);
    case 'integer':
    case 'number':
      return random.between(Number(schema.minimum ?? 1), Math.min(Number(schema.maximum ?? 1_000), 100_000));
    case 'boolean':
      return random.next() < 0.5;
    case 'null':
      return null;
    case 'array': {
      const length = random.between(Number(schema.minItems ?? 0), Number(schema.minItems ?? 0) + 2);
      return Array.from({ length }, () => invent(asSchema(schema.items), schemas, random, depth + 1));
    }
    default:
      return objectOf(schema, schemas, random, depth);
  }
}

function objectOf(schema: Schema, schemas: Schema, random: Random, depth: number): Json {
  const required: unknown[] = Array.isArray(schema.required) ? schema.required : [];
  const wanted = Object.entries(asSchema(schema.properties)).filter(
    ([name]) => required.includes(name) || (depth < DEEPEST && random.next() < 0.5),
  );
  return Object.fromEntries(
    wanted.map(([name, part]) => [name, invent(asSchema(part), schemas, random, depth + 1)]),
  );
}

function resolve(schema: Schema, schemas: Schema): Schema {
  if (typeof schema.$ref !== 'string') return schema;
  return asSchema(schemas[schema.$ref.split('/').at(-1) ?? '']);
}
