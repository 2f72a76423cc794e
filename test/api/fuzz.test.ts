import fc from 'fast-check';
import { problem } from '../../src/contracts/http/problem';
import { createApiWorld, type ApiAnswer, type ApiWorld, type Tenant } from '../support/api-world';
import { createConversation } from '../support/conversation-requests';
import { openApiOfTests, operationsOf, type Operation } from '../support/openapi-document';

const api = openApiOfTests();
const operations = operationsOf(api).filter(
  ({ path }) => path.startsWith('/v1/') && !path.includes('time-machine'),
);
const RUNS_EACH = Number(process.env.FUZZ_RUNS ?? 15);

let world: ApiWorld;
let tenant: Tenant;
const ids = new Map<string, string>();

beforeAll(async () => {
  world = await createApiWorld();
  tenant = await world.tenant();
  const { id, contact } = await createConversation(tenant);
  ids
    .set('conversations', id)
    .set('contacts', contact.id)
    .set('sequences', 'default')
    .set('templates', 'followup_10m');
  ids.set('api-keys', '01890000-0000-7000-8000-000000000000');
});
afterAll(() => world.close());

const words = fc.constantFrom(
  '',
  'x',
  'default',
  '9999-12-31T23:59:59Z',
  '2026-11-20T09:00:00+14:00',
  '-1s',
  '30m',
  'a@b.co',
  '+15550001',
);
const nasty = fc.constantFrom(
  '\u0000',
  '\ud800',
  '__proto__',
  "'; drop table x; --",
  '{{ 1 | date }}',
  '%00',
  '💥'.repeat(300),
  '9'.repeat(400),
);
const value = fc.oneof(
  words,
  nasty,
  fc.jsonValue({ maxDepth: 3 }),
  fc.double(),
  fc.integer(),
  fc.constant(null),
);

/** The sample with some of its fields replaced, removed or added; or something else altogether. */
function bodyOf({ sample, body }: Operation): fc.Arbitrary<unknown> {
  if (!body) return fc.oneof(fc.constant(undefined), value);
  const base = typeof sample === 'object' && sample !== null ? sample : {};
  const schema =
    typeof body.$ref === 'string' ? (api.components.schemas[body.$ref.split('/').at(-1) ?? ''] ?? {}) : body;
  const names = Object.keys(
    typeof schema.properties === 'object' && schema.properties !== null ? schema.properties : {},
  );
  const change = fc.dictionary(fc.oneof(fc.constantFrom('surprise', ...names), fc.string()), value, {
    maxKeys: 3,
  });
  const changed = change.map((changes) => ({ ...base, ...changes }));
  return fc.oneof({ weight: 4, arbitrary: changed }, { weight: 1, arbitrary: value });
}

function queryOf(operation: Operation): fc.Arbitrary<string> {
  const names = operation.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  const pair = fc.tuple(fc.constantFrom('surprise', ...names), fc.oneof(words, nasty, fc.string()));
  return fc.array(pair, { maxLength: 2 }).map((pairs) => {
    const query = pairs
      .map(([name, text]) => `${name}=${encodeURIComponent(text.replace(/\p{Surrogate}/gu, ''))}`)
      .join('&');
    return query === '' ? '' : `?${query}`;
  });
}

function pathOf({ path }: Operation): fc.Arbitrary<string> {
  const known = ids.get(path.split('/')[2] ?? '') ?? 'x';
  const odd = fc
    .oneof(words, nasty)
    .map((text) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '')) || 'x');
  return fc
    .oneof({ weight: 4, arbitrary: fc.constant(known) }, { weight: 1, arbitrary: odd })
    .map((word) => path.replace(/\{\w+\}/, word));
}

function checkAnswer(operation: Operation, answer: ApiAnswer) {
  const { status, text } = answer;
  if (status >= 500) throw new Error(`${status}: ${text}`);
  const documented = Object.keys(operation.responses).map(Number);
  if (![...documented, 404, 405].includes(status))
    throw new Error(`the status ${status} is not documented: ${text}`);
  if (status >= 400) problem.parse(answer.body);
  if (/\bat .*\.(ts|js):\d+|node_modules/.test(text)) throw new Error(`a stack trace: ${text}`);
}

test.each(operations.map((operation) => [`${operation.method} ${operation.path}`, operation] as const))(
  '%s answers nonsense with a documented status below 500',
  async (_name, operation) => {
    const requests = fc.tuple(pathOf(operation), queryOf(operation), bodyOf(operation));
    const property = fc.asyncProperty(requests, async ([path, query, body]) => {
      const options = operation.method === 'GET' || body === undefined ? {} : { raw: JSON.stringify(body) };
      checkAnswer(operation, await tenant.call(operation.method, path + query, options));
    });
    await fc.assert(property, { numRuns: RUNS_EACH });
  },
  240_000,
);

test('bytes that are nothing are a 400 wherever JSON is taken', async () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 });
  const property = fc.asyncProperty(bytes, async (raw) => {
    const answer = await tenant.call('POST', '/v1/conversations', { raw: Buffer.from(raw) });
    expect([400, 422]).toContain(answer.status);
  });
  await fc.assert(property, { numRuns: 100 });
});
