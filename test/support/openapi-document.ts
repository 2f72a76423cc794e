import { z } from 'zod';
import { allRoutes } from '../../src/api/routes';
import { createOpenApiDocument } from '../../src/api/openapi';

type JsonSchema = Record<string, unknown>;

const operation = z.looseObject({
  operationId: z.string(),
  tags: z.array(z.string()),
  summary: z.string(),
  security: z.array(z.unknown()).optional(),
  parameters: z.array(z.looseObject({ in: z.string(), name: z.string(), required: z.boolean() })),
  requestBody: z
    .looseObject({
      content: z.record(
        z.string(),
        z.looseObject({ schema: z.record(z.string(), z.unknown()), example: z.unknown().optional() }),
      ),
    })
    .optional(),
  responses: z.record(z.string(), z.unknown()),
});

const document = z.looseObject({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({ schemas: z.record(z.string(), z.record(z.string(), z.unknown())) }),
});

export type OpenApi = z.output<typeof document>;
export const readOpenApi = (value: unknown): OpenApi => document.parse(value);

export interface Operation extends z.output<typeof operation> {
  method: string;
  path: string;
  /** JSON Schema of its JSON body. */
  body: JsonSchema | null;
  /** A body that it takes. */
  sample: unknown;
}

/** The document that the API serves, for tests that are generated from it before any server is up. */
export function openApiOfTests(): OpenApi {
  const nothing = async () => undefined;
  const renderMetrics = async () => ({ contentType: 'text/plain', text: '' });
  const routes = allRoutes({ probes: { postgresql: nothing, temporal: nothing }, renderMetrics });
  return readOpenApi(createOpenApiDocument(routes, 'http://api.example'));
}

export function operationsOf(api: OpenApi): Operation[] {
  return Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, found]) => {
      const json = found.requestBody?.content['application/json'];
      const body = json?.schema ?? null;
      const sample = json?.example ?? (body ? sampleOf(api, body) : undefined);
      return { ...found, method: method.toUpperCase(), path, body, sample };
    }),
  );
}

/** Something that the schema takes: its first example, or what is required of it. */
function sampleOf(api: OpenApi, schema: JsonSchema): unknown {
  const { $ref, examples, anyOf, oneOf, properties, required, type } = schema;
  if (typeof $ref === 'string')
    return sampleOf(api, api.components.schemas[$ref.split('/').at(-1) ?? ''] ?? {});
  if (Array.isArray(examples)) return examples[0];
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (schema.const !== undefined) return schema.const;
  const choices: unknown[] = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : [];
  const [choice] = choices;
  if (isSchema(choice)) return sampleOf(api, choice);
  if (type === 'object' && isSchema(properties)) {
    const names = Array.isArray(required) ? required.map(String) : [];
    return Object.fromEntries(names.map((name) => [name, sampleOf(api, toSchema(properties[name]))]));
  }
  return type === 'array' ? [] : type === 'boolean' ? true : type === 'integer' ? 1 : 'x';
}

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null;
const toSchema = (value: unknown): JsonSchema => (isSchema(value) ? value : {});
