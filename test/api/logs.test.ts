import { createApiWorld, type ApiWorld, type Tenant } from '../support/api-world';
import { waitFor } from '../support/wait-for';
import { conversationOut } from '../../src/contracts/http/conversation';

let world: ApiWorld;
let tenant: Tenant;

beforeAll(async () => {
  world = await createApiWorld({ LOG_LEVEL: 'trace' });
  tenant = await world.tenant();
});
afterAll(() => world.close());

const canary = 'canary-8842';

test('a request has one line with its ids; no text, address or secret is ever logged', async () => {
  const contact = {
    externalId: `x-${canary}`,
    name: `n-${canary}`,
    email: `${canary}@example.com`,
    attributes: { a: canary },
  };
  const made = await tenant.post('/v1/conversations', {
    externalId: canary,
    contact,
    variables: { v: canary },
    lastMessage: { direction: 'outbound', text: canary },
  });
  const { id } = conversationOut.parse(made.body);
  const headers = { 'x-request-id': 'req-1' };
  await tenant.post(
    `/v1/conversations/${id}/messages`,
    { direction: 'inbound', text: canary, externalId: canary },
    headers,
  );
  await tenant.post(`/v1/conversations/${id}/stop`, { reason: 'closed_won', note: canary });
  await tenant.get(`/v1/conversations?externalId=${canary}`);
  await tenant.get(`/v1/conversations/${canary}`);
  await tenant.post('/v1/conversations', { contact: { email: canary } });
  await tenant.call('PUT', '/v1/channels/webhook', { body: { url: `https://${canary}.example.com/hook` } });
  const lines = await waitFor('the lines', () => {
    const own = world.logged().filter((line) => JSON.stringify(line).includes('"msg":"request"'));
    return own.length >= 7 && own;
  });
  expect(lines).toContainEqual({
    level: 'info',
    time: expect.any(String),
    requestId: 'req-1',
    organizationId: tenant.organizationId,
    apiKeyId: expect.any(String),
    method: 'POST',
    route: '/v1/conversations/:id/messages',
    status: 201,
    ms: expect.any(Number),
    conversationId: id,
    workflowId: `conversation:${tenant.organizationId}:${id}:1`,
    msg: 'request',
  });
  expect(world.loggedText()).not.toContain(canary);
  expect(world.loggedText()).not.toContain(tenant.key.split('_')[2]);
});
