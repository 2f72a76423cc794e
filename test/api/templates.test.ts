import { previewOut, templateOut, templatePage, templateVersionOut } from '../../src/contracts/http/template';
import {
  createApiWorld,
  fieldsOf,
  read,
  readProblem,
  type ApiWorld,
  type Tenant,
} from '../support/api-world';
import { createConversation, someContact } from '../support/conversation-requests';

let world: ApiWorld;
let tenant: Tenant;

beforeAll(async () => {
  world = await createApiWorld();
  tenant = await world.tenant();
});
afterAll(() => world.close());

const put = (name: string, body: unknown, by = tenant) => by.call('PUT', `/v1/templates/${name}`, { body });
const preview = (name: string, body: unknown) => tenant.post(`/v1/templates/${name}/preview`, body);

describe('PUT /v1/templates/:name', () => {
  test('200: versions per locale; the same text is the same version; the locale is written as BCP 47 writes it', async () => {
    const first = read(await put('hello', { body: 'Hi' }), 200, templateVersionOut);
    expect(first).toMatchObject({ name: 'hello', locale: 'en', version: 1, subject: null, body: 'Hi' });
    expect(read(await put('hello', { body: 'Hi' }), 200, templateVersionOut).version).toBe(1);
    expect(read(await put('hello', { body: 'Hello', subject: 'Re' }), 200, templateVersionOut).version).toBe(
      2,
    );
    const german = read(await put('hello', { locale: 'DE-at', body: 'Servus' }), 200, templateVersionOut);
    expect(german).toMatchObject({ locale: 'de-AT', version: 1 });
  });

  test('422 invalid_template: names the line', async () => {
    const answer = await put('broken', { body: 'Hi\n\n{{ contact.name | shout }}\n{% endfor %}' });
    const problem = readProblem(answer, 422, 'invalid_template');
    expect(problem.detail).toMatch(/line [34]/);
    expect(problem.errors).toMatchObject([{ path: 'body' }]);
    readProblem(await tenant.get('/v1/templates/broken'), 404, 'not_found');
  });

  test.each<[string, unknown, string[]]>([
    ['no body', {}, ['body']],
    ['an empty body', { body: '' }, ['body']],
    ['a wrong locale', { locale: 'klingonish', body: 'x' }, ['locale']],
    ['an unknown field', { text: 'x', body: 'x' }, ['text']],
    ['NUL', { body: 'a\u0000b' }, ['body']],
  ])('422: %s', async (_name, body, fields) => {
    expect(fieldsOf(await put('broken', body))).toEqual(fields);
  });
});

describe('reading templates', () => {
  test('one item per name with all its variants; the top is what a contact without locale gets', async () => {
    const other = await world.tenant({ organization: { locale: 'fr-CA' } });
    await put('salut', { locale: 'en', body: 'Hi' }, other);
    await put('salut', { locale: 'fr', body: 'Bonjour' }, other);
    await put('salut', { locale: 'fr', body: 'Salut' }, other);
    const item = read(await other.get('/v1/templates/salut'), 200, templateOut);
    expect(item).toMatchObject({ name: 'salut', locale: 'fr', version: 2, body: 'Salut' });
    expect(item.variants.map(({ locale, version }) => [locale, version])).toEqual([
      ['en', 1],
      ['fr', 2],
    ]);
    const page = read(await other.get('/v1/templates?limit=3'), 200, templatePage);
    expect(page.items.map(({ name }) => name)).toEqual(['followup-10m', 'followup-3h', 'followup-6h']);
    const rest = read(await other.get(`/v1/templates?cursor=${page.nextCursor}`), 200, templatePage);
    expect(rest.items).toEqual([item]);
    readProblem(await tenant.get('/v1/templates/salut'), 404, 'not_found');
  });
});

describe('POST /v1/templates/:name/preview', () => {
  beforeAll(async () => {
    const body =
      'Hi {{ contact.firstName }}, about {{ product }}: step {{ step.number }} of {{ step.of }}. {{ organization.name }}';
    await put('offer', { subject: 'About {{ variables.product }}', body });
    await put('offer', { locale: 'de', body: 'Hallo {{ contact.firstName }}' });
  });

  test('200: for an imagined contact, in its language', async () => {
    const variables = { product: 'boilers' };
    const english = await preview('offer', { contact: { name: 'Ada Lovelace' }, variables });
    expect(read(english, 200, previewOut)).toEqual({
      subject: 'About boilers',
      body: 'Hi Ada, about boilers: step 1 of 1. Seeded',
      locale: 'en',
      version: 1,
    });
    const german = await preview('offer', { contact: { name: 'Ada Lovelace', locale: 'de-AT' }, variables });
    expect(read(german, 200, previewOut)).toMatchObject({ body: 'Hallo Ada', locale: 'de' });
    const asked = await preview('offer', { contact: { name: 'Ada Lovelace' }, locale: 'de' });
    expect(read(asked, 200, previewOut)).toMatchObject({ locale: 'de' });
  });

  test('200: for a stored conversation, with its contact and variables', async () => {
    const { id } = await createConversation(tenant, { variables: { product: 'a fence' } });
    const answer = read(await preview('offer', { conversationId: id }), 200, previewOut);
    expect(answer.body).toBe('Hi Ada, about a fence: step 1 of 3. Seeded');
  });

  test('422 invalid_template: a variable without a value is named', async () => {
    const answer = await preview('offer', { contact: { name: 'Ada' }, variables: { prodcut: 'typo' } });
    expect(readProblem(answer, 422, 'invalid_template').detail).toContain('product');
  });

  test('404: unknown template, unknown conversation, another organization’s conversation', async () => {
    const other = await world.tenant();
    const { id } = await createConversation(other);
    readProblem(await preview('nothing', { contact: someContact() }), 404, 'not_found');
    readProblem(await preview('offer', { conversationId: id }), 404, 'not_found');
    readProblem(await preview('offer', { conversationId: crypto.randomUUID() }), 404, 'not_found');
  });

  test.each<[string, object, string[]]>([
    ['neither', {}, ['contact']],
    ['both', { conversationId: crypto.randomUUID(), contact: {} }, ['conversationId']],
    ['variables alone', { variables: {} }, ['contact']],
  ])('422: %s', async (_name, body, fields) => {
    expect(fieldsOf(await preview('offer', body))).toEqual(fields);
  });
});
