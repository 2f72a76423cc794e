import { createApiWorld, type ApiWorld } from '../support/api-world';
import { openApiOfTests, operationsOf, readOpenApi } from '../support/openapi-document';

const api = openApiOfTests();
const operations = operationsOf(api);
const named = operations.map((operation) => [`${operation.method} ${operation.path}`, operation] as const);

/** The contract as it is written down: a route that goes missing, or comes unasked, is seen here. */
const CONTRACT = `
POST /v1/conversations
GET /v1/conversations
POST /v1/conversations/import
GET /v1/conversations/due
GET /v1/conversations/{id}
POST /v1/conversations/{id}/messages
POST /v1/conversations/{id}/stop
POST /v1/conversations/{id}/reopen
POST /v1/conversations/{id}/pause
POST /v1/conversations/{id}/resume
POST /v1/conversations/{id}/skip-step
POST /v1/conversations/{id}/send-now
GET /v1/conversations/{id}/timeline
GET /v1/conversations/{id}/decisions
PUT /v1/sequences/{name}
GET /v1/sequences
GET /v1/sequences/{name}
GET /v1/sequences/{name}/versions
POST /v1/sequences/{name}/simulate
PUT /v1/templates/{name}
GET /v1/templates
GET /v1/templates/{name}
POST /v1/templates/{name}/preview
GET /v1/organization
PATCH /v1/organization
GET /v1/contacts
GET /v1/contacts/{id}
PATCH /v1/contacts/{id}
POST /v1/contacts/{id}/opt-out
POST /v1/contacts/{id}/opt-in
PUT /v1/channels/webhook
POST /v1/channels/webhook/rotate-secret
PUT /v1/channels/email
GET /v1/channels
POST /v1/api-keys
GET /v1/api-keys
DELETE /v1/api-keys/{id}
GET /unsubscribe/{token}
POST /unsubscribe/{token}
POST /v1/time-machine/fast-forward
GET /healthz
GET /readyz
GET /metrics
`;

describe('the OpenAPI document', () => {
  test('holds exactly the routes of the contract', () => {
    const contract = CONTRACT.trim().split('\n').sort();
    expect(named.map(([name]) => name).sort()).toEqual(contract);
  });

  test('points nowhere that does not exist', () => {
    const text = JSON.stringify(api);
    const targets = [...text.matchAll(/"\$ref":"#\/components\/(schemas|responses)\/(\w+)"/g)];
    expect(targets.length).toBeGreaterThan(100);
    expect(text.match(/"\$ref"/g)).toHaveLength(targets.length);
    for (const [, kind = '', name = ''] of targets) {
      expect(api).toHaveProperty(['components', kind, name]);
    }
  });

  test('gives every operation a name of its own', () => {
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  test.each(named)('%s: documents its path, key, body and problems', (_name, operation) => {
    const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const parameters = operation.parameters.filter((parameter) => parameter.in === 'path');
    expect(parameters.map(({ name }) => name)).toEqual(inPath);
    expect(parameters.every(({ required }) => required)).toBe(true);
    const isPublic = !operation.path.startsWith('/v1/');
    expect(operation.security).toEqual(isPublic ? [] : undefined);
    const statuses = Object.keys(operation.responses);
    expect(statuses).toEqual(expect.arrayContaining(['500', '503']));
    if (!isPublic) expect(statuses).toEqual(expect.arrayContaining(['401', '403', '422', '429']));
    const takesKey = operation.method === 'POST' && !isPublic && !operation.path.endsWith('/import');
    const headers = operation.parameters.filter((parameter) => parameter.in === 'header');
    expect(headers.map(({ name }) => name)).toEqual(takesKey ? ['Idempotency-Key'] : []);
    expect(statuses.some((status) => status.startsWith('2'))).toBe(true);
  });
});

describe('served', () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await createApiWorld();
  });
  afterAll(() => world.close());

  test('GET /openapi.json is that document', async () => {
    const answer = await world.call('GET', '/openapi.json');
    expect(answer.status).toBe(200);
    expect(readOpenApi(answer.body)).toEqual(api);
  });

  test('GET /docs shows it, with everything it needs from here alone', async () => {
    const page = await world.call('GET', '/docs/');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    const assets = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, asset = '']) => asset);
    expect(assets).toContain('./swagger-ui-bundle.js');
    for (const asset of assets) {
      expect(asset).toMatch(/^\.\//);
      expect((await world.call('GET', `/docs/${asset.slice(2)}`)).status).toBe(200);
    }
    expect((await world.call('GET', '/docs/swagger-ui-init.js')).text).toContain(
      '/v1/conversations/{id}/messages',
    );
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(page.text).not.toMatch(/<script>[^<]/);
  });

  test('every documented example of a body is one that the API takes', async () => {
    const tenant = await world.tenant();
    for (const { method, path, sample } of operations) {
      if (sample === undefined || path.includes('{')) continue;
      const answer = await tenant.call(method, path, { body: sample });
      expect([
        `${method} ${path}`,
        answer.status < 300 || answer.status === 404 ? 'taken' : answer.text,
      ]).toEqual([`${method} ${path}`, 'taken']);
    }
  });
});
