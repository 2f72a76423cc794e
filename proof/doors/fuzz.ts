import type { Random } from '../random';
import type { ProofContext, ProofResult } from '../proof';
import type { Stack } from '../stack/start-stack';
import type { ProofTenant } from '../stack/tenant';
import { asSchema, invent, type Json, type Schema } from './invent';
import { spoil } from './spoil';

const SIZES = { small: 300, large: 20_000 } as const;
const AT_ONCE = 8;
const METHODS = ['get', 'post', 'put', 'patch'] as const;
const STACK_TRACE =
  /\bat .+:\d+:\d+\)?|node_modules|\.ts:\d+|"stack"|select .+ from "|violates .+ constraint/i;

interface Operation {
  method: (typeof METHODS)[number];
  path: string;
  body: Schema | null;
  query: { name: string; schema: Schema }[];
}

/** Valid and spoiled requests to every operation of the OpenAPI document. */
export async function fuzzApi(stack: Stack, context: ProofContext): Promise<ProofResult> {
  const count = SIZES[context.size];
  context.say(`${count} requests, half of them spoiled`);
  // What the fuzz creates must not be sent to anybody.
  await stack.worker().stop();
  const tenant = await stack.tenant();
  const { operations, schemas } = await readDocument(stack);
  const ids = [(await tenant.create({ channel: 'webhook', ladder: 'soon' })).id];
  const statuses: Record<string, number> = {};
  const failures: string[] = [];
  let left = count;
  const work = async () => {
    while (left-- > 0) {
      const request = makeRequest(context.random, operations, schemas, ids);
      const { status, text } = await send(stack, tenant, request);
      statuses[status] = (statuses[status] ?? 0) + 1;
      const wrong = complaint(request, status, text);
      if (wrong !== null) failures.push(wrong);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return {
    figures: {
      'requests fuzzed': count,
      operations: operations.length,
      'answers by status (fuzz)': JSON.stringify(statuses),
      '5xx, stack traces, unknown fields taken': failures.length,
    },
    failures: failures.slice(0, 20),
  };
}

async function readDocument({ apiUrl }: Stack) {
  const document = asSchema(await (await fetch(`${apiUrl}/openapi.json`)).json());
  const schemas = asSchema(asSchema(document.components).schemas);
  const operations = Object.entries(asSchema(document.paths)).flatMap(([path, item]) =>
    METHODS.filter((method) => method in asSchema(item)).map((method) =>
      operationOf(path, method, asSchema(asSchema(item)[method])),
    ),
  );
  // Minutes of virtual time for every conversation are another proof's affair; uploads have no JSON.
  const chosen = operations.filter(({ path }) => !/time-machine|\/import$/.test(path));
  return { operations: chosen, schemas };
}

function operationOf(path: string, method: Operation['method'], operation: Schema): Operation {
  const content = asSchema(asSchema(operation.requestBody).content);
  const body = asSchema(content['application/json']).schema;
  const parameters = Array.isArray(operation.parameters) ? operation.parameters.map(asSchema) : [];
  return {
    ...{ method, path },
    body: body === undefined ? null : asSchema(body),
    query: parameters
      .filter((parameter) => parameter.in === 'query')
      .map((parameter) => ({ name: String(parameter.name), schema: asSchema(parameter.schema) })),
  };
}

interface FuzzRequest {
  method: string;
  path: string;
  body: string | null;
  headers: Record<string, string>;
  /** A field nobody knows was added: a 2xx would mean that it was taken. */
  hasUnknownField: boolean;
}

function makeRequest(random: Random, operations: Operation[], schemas: Schema, ids: string[]): FuzzRequest {
  const operation = operations[random.between(0, operations.length - 1)];
  if (operation === undefined) throw new Error('the document has no operations');
  const name = random.pick([
    'soon',
    'default',
    'proof',
    'neu',
    '%00',
    '..%2f',
    'x'.repeat(300),
    '%ff',
    '%F0%9F%98%80',
  ]);
  const id = random.pick([ids[0] ?? '', ids[0] ?? '', '0199a0e2-0000-7000-8000-000000000000', name]);
  const path = operation.path.replace(/\{(\w+)\}/g, (_all, parameter: string) =>
    parameter === 'id' ? id : name,
  );
  const query = new URLSearchParams();
  for (const { name: key, schema } of operation.query) {
    if (random.next() < 0.4) query.set(key, textOf(invent(schema, schemas, random)));
  }
  if (random.next() < 0.05) query.set('limit', random.pick(['-1', '1e9', 'NaN', '']));
  const made = operation.body ? invent(operation.body, schemas, random) : undefined;
  const { text, hasUnknownField } = spoil(made, random);
  return {
    method: operation.method.toUpperCase(),
    path: query.size > 0 ? `${path}?${query.toString()}` : path,
    body: operation.method === 'get' ? null : text,
    headers: headersOf(random),
    hasUnknownField: hasUnknownField && operation.method !== 'get',
  };
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function headersOf(random: Random): Record<string, string> {
  const type = random.next() < 0.9 ? 'application/json' : 'text/plain';
  const key = random.next() < 0.6 ? '' : random.pick(['same', ' ', 'x'.repeat(256), String(random.next())]);
  return { 'content-type': type, ...(key === '' ? {} : { 'idempotency-key': key }) };
}

async function send({ apiUrl }: Stack, { apiKey }: ProofTenant, request: FuzzRequest) {
  const response = await fetch(apiUrl + request.path, {
    method: request.method,
    headers: { authorization: `Bearer ${apiKey}`, ...request.headers },
    body: request.body,
  });
  return { status: response.status, text: await response.text() };
}

function complaint({ method, path, body, hasUnknownField }: FuzzRequest, status: number, text: string) {
  const said = `${method} ${path.slice(0, 120)} ${(body ?? '').slice(0, 300)}`;
  const answered = `${status} ${text.slice(0, 200)}`;
  if (status >= 500) return `${said} was answered ${answered}`;
  if (status >= 400 && STACK_TRACE.test(text)) return `${said} told too much: ${answered}`;
  if (hasUnknownField && status < 300) return `${said} took an unknown field: ${status}`;
  return null;
}
