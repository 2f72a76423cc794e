import { z } from 'zod';

/** A piece of a JSON document. */
export type Json = { [key: string]: unknown };

const OWN_DEFINITIONS = '#/$defs/';
const COMPONENTS = '#/components/schemas/';

export interface SchemaCollector {
  /** JSON Schema of a zod schema; what has an id is named once under `components`. */
  convert(schema: z.ZodType, io: 'input' | 'output'): Json;
  components: Json;
}

/** OpenAPI 3.1 takes JSON Schema 2020-12 as it is: zod writes it, we only gather what has a name. */
export function createSchemaCollector(): SchemaCollector {
  const components: Json = {};
  return {
    components,
    convert(schema, io) {
      const { $schema, $defs, ...converted } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
      for (const [name, definition] of Object.entries($defs ?? {})) {
        addComponent(components, name, pointToComponents({ ...definition, id: undefined }));
      }
      return asJson(pointToComponents(converted));
    },
  };
}

/** Two schemas under one name would show one of them wrongly. */
function addComponent(components: Json, name: string, definition: unknown): void {
  const present = components[name];
  if (present !== undefined && JSON.stringify(present) !== JSON.stringify(definition)) {
    throw new Error(`two different schemas have the id ${name}`);
  }
  components[name] = definition;
}

function pointToComponents(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pointToComponents);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(
    entries.map(([key, part]) => [
      key,
      key === '$ref' && typeof part === 'string'
        ? part.replace(OWN_DEFINITIONS, COMPONENTS)
        : pointToComponents(part),
    ]),
  );
}

/** The entries of an object schema: what becomes parameters of a path or a query. */
export function propertiesOf(schema: Json): { name: string; schema: Json; required: boolean }[] {
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(asJson(schema.properties)).map(([name, property]) => ({
    name,
    schema: asJson(property),
    required: required.includes(name),
  }));
}

function asJson(value: unknown): Json {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
