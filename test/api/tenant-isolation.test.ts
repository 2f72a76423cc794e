import { apiKeyOut } from '../../src/contracts/http/api-key';
import { pageOf } from '../../src/contracts/http/page';
import {
  createApiWorld,
  read,
  readProblem,
  type ApiWorld,
  type ApiAnswer,
  type Tenant,
} from '../support/api-world';
import { createConversation } from '../support/conversation-requests';
import { openApiOfTests, operationsOf, type Operation } from '../support/openapi-document';

const api = openApiOfTests();
const keyed = operationsOf(api).filter(({ path }) => path.startsWith('/v1/'));
const UNKNOWN = { id: '01890000-0000-7000-8000-000000000000', name: 'nobody-has-this' };

let world: ApiWorld;
let owner: Tenant;
let stranger: Tenant;
/** What `owner` has, by the first word of the path. */
const owned = new Map<string, string>();

async function build(rowSecurity: boolean): Promise<void> {
  world = await createApiWorld();
  if (!rowSecurity) await openSecondWall();
  [owner, stranger] = [await world.tenant(), await world.tenant()];
  const { id, contact } = await createConversation(owner, {
    externalId: 'theirs',
    contact: { externalId: 'theirs-contact', email: 'theirs@example.com' },
  });
  await owner.call('PUT', '/v1/sequences/theirs', {
    body: { steps: [{ delay: '10m', template: 'theirs' }], ghostAfter: '1d' },
  });
  await owner.call('PUT', '/v1/templates/theirs', { body: { subject: 'Theirs', body: 'Hello' } });
  const keys = read(await owner.get('/v1/api-keys'), 200, pageOf(apiKeyOut)).items;
  owned
    .set('conversations', id)
    .set('contacts', contact.id)
    .set('sequences', 'theirs')
    .set('templates', 'theirs');
  owned.set('api-keys', keys[0]?.id ?? '');
}

/** Row security off: what is apart now is so because every query names the organization. */
async function openSecondWall(): Promise<void> {
  await world.asOwner(async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "select relname as name from pg_class where relrowsecurity and relnamespace = 'public'::regnamespace",
    );
    expect(rows.length).toBeGreaterThan(10);
    for (const { name } of rows) await client.query(`alter table ${name} disable row level security`);
  });
}

function ask(
  who: Tenant,
  { method, path, sample }: Operation,
  param: string,
  value: string,
): Promise<ApiAnswer> {
  return who.call(method, path.replace(`{${param}}`, value), sample === undefined ? {} : { body: sample });
}

/** A name that is PUT is made: whoever else has one of that name is another organization's business. */
const withParameter = keyed
  .filter(({ path, method }) => path.includes('{') && method !== 'PUT')
  .map((operation) => [`${operation.method} ${operation.path}`, operation] as const);

describe.each([
  ['behind both walls', true],
  ['behind the first wall alone, row security off', false],
])('another organization, %s', (_walls, rowSecurity) => {
  beforeAll(() => build(rowSecurity));
  afterAll(() => world.close());

  test('covers the routes there are', () => expect(withParameter.length).toBe(20));

  test.each(withParameter)(
    '%s: a foreign id is answered exactly as one that nobody has',
    async (_name, operation) => {
      const param = operation.path.includes('{id}') ? 'id' : 'name';
      const theirs = owned.get(operation.path.split('/')[2] ?? '') ?? '';
      expect(theirs).not.toBe('');
      const foreign = await ask(stranger, operation, param, theirs);
      const unknown = await ask(stranger, operation, param, UNKNOWN[param]);
      readProblem(foreign, 404, 'not_found');
      expect({ ...readProblem(foreign, 404, 'not_found'), requestId: '' }).toEqual({
        ...readProblem(unknown, 404, 'not_found'),
        requestId: '',
      });
    },
  );

  const lists = keyed
    .filter(({ method, path }) => method === 'GET' && !path.includes('{'))
    .map((operation) => [operation.path, operation] as const);

  test.each(lists)('GET %s shows nothing of it', async (path) => {
    const answer = await stranger.get(path);
    expect(answer.status).toBe(200);
    for (const theirs of [...owned.values(), owner.organizationId]) expect(answer.text).not.toContain(theirs);
  });

  test.each([
    () => `/v1/conversations?contactId=${owned.get('contacts')}`,
    () => '/v1/conversations?externalId=theirs',
    () => '/v1/conversations?sequence=theirs',
    () => '/v1/contacts?externalId=theirs-contact',
    () => '/v1/contacts?email=theirs@example.com',
  ])('a filter finds nothing of it', async (path) => {
    expect(await stranger.get(path())).toMatchObject({ status: 200, body: { items: [], nextCursor: null } });
  });

  test('ids inside bodies are answered the same way', async () => {
    const preview = (conversationId: string) =>
      stranger.post('/v1/templates/followup-10m/preview', { conversationId });
    const [foreign, unknown] = [await preview(owned.get('conversations') ?? ''), await preview(UNKNOWN.id)];
    const [one, other] = [readProblem(foreign, 404, 'not_found'), readProblem(unknown, 404, 'not_found')];
    expect({ ...one, requestId: '' }).toEqual({ ...other, requestId: '' });
    expect(one.detail).toContain('conversation');
    expect(
      await stranger.post('/v1/conversations', { contact: { externalId: 'c' }, sequence: 'theirs' }),
    ).toMatchObject({
      status: 422,
      body: { code: 'unknown_sequence' },
    });
  });

  test('after all that, what was theirs is as it was', async () => {
    const answer = await owner.get(`/v1/conversations/${owned.get('conversations')}`);
    expect(answer).toMatchObject({ status: 200, body: { stage: 'new', episode: { state: 'waiting' } } });
  });
});
