import type { z } from 'zod';
import { problem, PROBLEM_CODES, PROBLEM_CONTENT_TYPE } from '../contracts/http/problem';
import { createSchemaCollector, propertiesOf, type Json, type SchemaCollector } from './openapi-schemas';
import type { AnyRoute } from './route';

const DESCRIPTION = `
Followthrough nudges the silent, stops the moment they answer, and closes what is dead.

- **Errors** are problem+json (RFC 9457) with a stable \`code\`. Unknown fields are refused.
- **Idempotency-Key** on every POST: the same key and request within 24 h replays status and body with
  \`Idempotency-Replayed: true\`.
- **Lists**: \`limit\` and \`cursor\`; the answer is \`{items, nextCursor}\`.
- **Times** are ISO 8601, with an offset in, UTC out. **Durations**: \`90s\`, \`30m\`, \`2h\`, \`1d\`, or ISO 8601.
`.trim();

const TITLES: Record<number, string> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No content',
  503: 'Not ready',
};

/** The OpenAPI 3.1 document of a table of routes, from the schemas that validate them. */
export function createOpenApiDocument(routes: readonly AnyRoute[], publicUrl: string): Json {
  const schemas = createSchemaCollector();
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operationOf(route, schemas) };
  }
  const problemSchema = schemas.convert(problem, 'output');
  return {
    openapi: '3.1.0',
    info: {
      title: 'Followthrough',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }, { url: publicUrl }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.components,
      responses: problemResponses(problemSchema),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: '`ft_<public id>_<secret>`' },
        header: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      },
    },
    security: [{ bearer: [] }, { header: [] }],
  };
}

function operationOf(route: AnyRoute, schemas: SchemaCollector): Json {
  const body = bodyOf(route, schemas);
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    ...describe(route),
    ...(route.kind === 'public' ? { security: [] } : {}),
    parameters: parametersOf(route, schemas),
    ...(body ? { requestBody: body } : {}),
    responses: { ...answersOf(route, schemas), ...problemsOf(route) },
  };
}

function describe(route: AnyRoute): Json {
  const scope = route.kind === 'public' ? [] : [`Needs the scope \`${route.scope}\`.`];
  const text = [...(route.description ? [route.description] : []), ...scope].join('\n\n');
  return text === '' ? {} : { description: text };
}

/** `postConversationsIdStop`: stable as long as the address is. */
function operationId({ method, path }: AnyRoute): string {
  const words = path
    .replace('/v1/', '')
    .split(/[^a-zA-Z0-9]+/)
    .filter(Boolean);
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function parametersOf(route: AnyRoute, schemas: SchemaCollector): Json[] {
  const inside = (place: 'path' | 'query', schema: AnyRoute['params']) =>
    schema
      ? propertiesOf(schemas.convert(schema, 'input')).map((property) => ({
          in: place,
          ...property,
          required: place === 'path' || property.required,
        }))
      : [];
  return [
    ...inside('path', route.params),
    ...inside('query', route.query),
    ...(takesKey(route) ? [IDEMPOTENCY_KEY] : []),
  ];
}

const IDEMPOTENCY_KEY: Json = {
  in: 'header',
  name: 'Idempotency-Key',
  required: false,
  schema: { type: 'string', pattern: '^[\\x20-\\x7e]{1,255}$' },
  description: 'The same key and request within 24 h replays the answer.',
};

function takesKey(route: AnyRoute): boolean {
  if (route.method !== 'post' || route.kind === 'public') return false;
  return route.kind === 'transaction' || route.idempotent;
}

function bodyOf(route: AnyRoute, schemas: SchemaCollector): Json | null {
  if (route.kind === 'public') return null;
  if (route.kind === 'process' && route.stream) {
    const content = route.stream.contentTypes.map((type) => [type, { schema: { type: 'string' } }]);
    return { required: true, content: Object.fromEntries(content) };
  }
  if (!route.body) return null;
  const schema = schemas.convert(route.body, 'input');
  const json = { schema, ...exampleOf(route.body) };
  return { required: !route.body.safeParse({}).success, content: { 'application/json': json } };
}

/** zod leaves the examples of a schema that transforms out, since they may be of what comes out. Ours go in. */
function exampleOf(body: z.ZodType): Json {
  const examples = body.meta()?.examples;
  return Array.isArray(examples) ? { example: examples[0] } : {};
}

function answersOf(route: AnyRoute, schemas: SchemaCollector): Json {
  const type = (route.kind === 'public' && route.produces) || 'application/json';
  const answers: [string, Json][] = Object.entries(route.answers).map(([status, schema]) => {
    const description = TITLES[Number(status)] ?? 'Answer';
    if (schema === null) return [status, { description }];
    return [status, { description, content: { [type]: { schema: schemas.convert(schema, 'output') } } }];
  });
  return Object.fromEntries<Json>(answers);
}

/** Which problems a route can answer follows from what it is made of. */
function problemsOf(route: AnyRoute): Json {
  const documented = Object.keys(route.answers).map(Number);
  const statuses = new Set([500, 503]);
  if (route.kind !== 'public') [401, 403, 422, 429].forEach((status) => statuses.add(status));
  if (route.params && route.method !== 'put') statuses.add(404);
  if (route.method !== 'get') [400, 413, 415].forEach((status) => statuses.add(status));
  if (route.method === 'post' && route.kind !== 'public')
    [404, 409].forEach((status) => statuses.add(status));
  if (route.method === 'patch') statuses.add(409);
  const shown = [...statuses].filter((status) => !documented.includes(status)).sort();
  return Object.fromEntries(
    shown.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
  );
}

function problemResponses(schema: Json): Json {
  const statuses = [...new Set(PROBLEM_CODES.map(({ status }) => status))];
  const responses: [string, Json][] = statuses.map((status) => {
    const codes = PROBLEM_CODES.filter((problemCode) => problemCode.status === status);
    const description = codes.map(({ code }) => `\`${code}\``).join(', ');
    return [`Problem${status}`, { description, content: { [PROBLEM_CONTENT_TYPE]: { schema } } }];
  });
  return Object.fromEntries<Json>(responses);
}
