import { eq } from 'drizzle-orm';
import { conversationOut } from '../../../src/contracts/http/conversation';
import { inOrganization } from '../../../src/db/client';
import { channels, conversations } from '../../../src/db/schema';
import {
  createApiWorld,
  fieldsOf,
  read,
  readProblem,
  type ApiWorld,
  type Tenant,
} from '../../support/api-world';
import {
  createConversation,
  hoursAgo,
  minutesAgo,
  readConversation,
  someContact,
} from '../../support/conversation-requests';

let world: ApiWorld;
let tenant: Tenant;

beforeAll(async () => {
  world = await createApiWorld();
  tenant = await world.tenant();
});
afterAll(() => world.close());

const create = (body: unknown) => tenant.post('/v1/conversations', body);

describe('POST /v1/conversations', () => {
  test('201: answers the whole conversation with its first due time', async () => {
    const contact = {
      externalId: 'c-9',
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      phone: '+442079460000',
      timeZone: 'Europe/London',
      locale: 'en-gb',
      attributes: { plan: 'pro' },
    };
    const answer = await create({
      externalId: 'crm-4711',
      contact,
      channel: 'webhook',
      sequence: 'default',
      lastMessage: {
        direction: 'outbound',
        text: 'Here is your quote.',
        sentAt: minutesAgo(1),
        externalId: 'm-1',
      },
      variables: { product: 'boiler service' },
    });
    const conversation = read(answer, 201, conversationOut);
    const { id, episode } = conversation;
    expect(conversation).toMatchObject({
      externalId: 'crm-4711',
      stage: 'new',
      channel: 'webhook',
      contact: { ...contact, locale: 'en-GB', optedOut: [] },
      sequence: { name: 'default', version: 1 },
      episode: { number: 1, state: 'waiting', endedAt: null, stopReason: null, nudgesSent: 0 },
      variables: { product: 'boiler service' },
      links: { self: `/v1/conversations/${id}`, timeline: `/v1/conversations/${id}/timeline` },
    });
    expect(episode?.next).toMatchObject({ kind: 'nudge', step: 1, stage: 'followup_10m', deferredBy: null });
    expect(Date.parse(episode?.next?.dueAt ?? '') - Date.parse(episode?.anchorAt ?? '')).toBe(600_000);
    const workflowId = encodeURIComponent(`conversation:${tenant.organizationId}:${id}:1`);
    expect(conversation.links.temporal).toBe(
      `http://temporal.example:8080/namespaces/default/workflows/${workflowId}`,
    );
    expect(await readConversation(tenant, id)).toEqual(conversation);
  });

  test('201: without lastMessage our word went out just now, on the first channel', async () => {
    const before = Date.now();
    const { channel, episode } = await createConversation(tenant);
    expect(channel).toBe('webhook');
    expect(Date.parse(episode?.anchorAt ?? '')).toBeGreaterThanOrEqual(before);
    expect(Date.parse(episode?.anchorAt ?? '')).toBeLessThanOrEqual(Date.now());
  });

  test('201: with an inbound last word it is engaged and waits for ours', async () => {
    const conversation = await createConversation(tenant, {
      lastMessage: { direction: 'inbound', text: 'Hello?' },
    });
    expect(conversation).toMatchObject({ stage: 'engaged', episode: null, links: { temporal: null } });
  });

  test('201: a silence older than the whole ladder is ghosted at once, without a workflow', async () => {
    const conversation = await createConversation(tenant, {
      lastMessage: { direction: 'outbound', text: 'Hi', sentAt: hoursAgo(31) },
    });
    expect(conversation).toMatchObject({
      stage: 'ghosted',
      episode: { state: 'ended', stopReason: 'ghosted', next: null, nudgesSent: 0 },
      links: { temporal: null },
    });
  });

  test('201: a step that is already too late is skipped', async () => {
    const conversation = await createConversation(tenant, {
      lastMessage: { direction: 'outbound', text: 'Hi', sentAt: hoursAgo(2) },
    });
    expect(conversation.episode?.next).toMatchObject({ step: 2, stage: 'followup_3h' });
  });

  test('201: to a contact that opted out nothing is armed', async () => {
    const contact = someContact();
    const first = await createConversation(tenant, { contact });
    await tenant.post(`/v1/conversations/${first.id}/messages`, { direction: 'inbound', text: 'STOP' });
    const second = await createConversation(tenant, { contact });
    expect(second).toMatchObject({ stage: 'opted_out', episode: null, contact: { optedOut: ['all'] } });
  });

  test('201: a contact is found by external id, e-mail or phone, and updated', async () => {
    const contact = someContact();
    const first = await createConversation(tenant, { contact });
    const second = await createConversation(tenant, { contact: { ...contact, name: 'Ada King' } });
    expect(second.contact).toMatchObject({ id: first.contact.id, name: 'Ada King' });
    const byEmail = { email: 'grace@example.com', name: 'Grace' };
    const third = await createConversation(tenant, { contact: byEmail });
    const fourth = await createConversation(tenant, {
      contact: { email: 'GRACE@example.com', phone: '+15550001' },
    });
    expect(fourth.contact).toMatchObject({ id: third.contact.id, name: 'Grace', phone: '+15550001' });
    const fifth = await createConversation(tenant, { contact: { phone: '+15550001' } });
    expect(fifth.contact.id).toBe(third.contact.id);
  });

  test('200: a known external id answers what is stored and changes nothing', async () => {
    const body = { externalId: 'crm-1', contact: someContact() };
    const first = await createConversation(tenant, body);
    const again = await create({
      ...body,
      contact: { ...body.contact, name: 'Someone else' },
      channel: 'email',
    });
    expect(read(again, 200, conversationOut)).toEqual(first);
  });

  test('one conversation comes of fifty equal requests at once', async () => {
    const body = { externalId: 'crm-50', contact: someContact() };
    const answers = await Promise.all(Array.from({ length: 50 }, () => create(body)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(49);
    const ids = new Set(answers.map((answer) => conversationOut.parse(answer.body).id));
    expect(ids.size).toBe(1);
  });

  test('one contact comes of twenty conversations with the same person at once', async () => {
    const contact = { email: 'rush@example.com' };
    const made = await Promise.all(Array.from({ length: 20 }, () => createConversation(tenant, { contact })));
    expect(new Set(made.map((conversation) => conversation.contact.id)).size).toBe(1);
    expect(new Set(made.map(({ id }) => id)).size).toBe(20);
  });

  test.each([
    ['contact', {}],
    ['contact.email', { contact: { email: 'ada.example.com' } }],
    ['contact.phone', { contact: { phone: '020 7946 0000' } }],
    ['contact.timeZone', { contact: { externalId: 'c', timeZone: 'London' } }],
    ['contact.locale', { contact: { externalId: 'c', locale: 'english' } }],
    ['contact.externalId', { contact: { externalId: '' } }],
    ['contact.name', { contact: { externalId: 'c', name: 'n'.repeat(201) } }],
    ['contact.nickname', { contact: { externalId: 'c', nickname: 'A' } }],
    ['contact.attributes', { contact: { externalId: 'c', attributes: { a: 'x'.repeat(16_400) } } }],
    ['contact.attributes', { contact: { externalId: 'c', attributes: [] } }],
    ['contact', { contact: { name: 'Nobody can be reached' } }],
    ['contact.email', { contact: { phone: '+15550077' }, channel: 'email' }],
    ['externalId', { contact: { externalId: 'c' }, externalId: 'x'.repeat(201) }],
    ['channel', { contact: { externalId: 'c' }, channel: 'fax' }],
    ['variables', { contact: { externalId: 'c' }, variables: 'none' }],
    ['lastMessage.direction', { contact: { externalId: 'c' }, lastMessage: { text: 'Hi' } }],
    [
      'lastMessage.text',
      { contact: { externalId: 'c' }, lastMessage: { direction: 'outbound', text: 'x'.repeat(20_001) } },
    ],
    [
      'lastMessage.author',
      { contact: { externalId: 'c' }, lastMessage: { direction: 'inbound', author: 'bot' } },
    ],
    [
      'lastMessage.sentAt',
      { contact: { externalId: 'c' }, lastMessage: { direction: 'outbound', sentAt: 'yesterday' } },
    ],
    [
      'lastMessage.sentAt',
      {
        contact: { externalId: 'c' },
        lastMessage: { direction: 'outbound', sentAt: '2026-02-30T09:00:00Z' },
      },
    ],
    [
      'lastMessage.sentAt',
      { contact: { externalId: 'c' }, lastMessage: { direction: 'outbound', sentAt: '2026-02-20T09:00:00' } },
    ],
    [
      'lastMessage.sentAt',
      {
        contact: { externalId: 'c' },
        lastMessage: { direction: 'outbound', sentAt: '9999-12-31T23:59:59Z' },
      },
    ],
    [
      'lastMessage.sentAt',
      { contact: { externalId: 'c' }, lastMessage: { direction: 'outbound', sentAt: minutesAgo(-6) } },
    ],
    [
      'lastMessage.sentAt',
      { contact: { externalId: 'c' }, lastMessage: { direction: 'outbound', sentAt: hoursAgo(24 * 3700) } },
    ],
    ['surprise', { contact: { externalId: 'c' }, surprise: 1 }],
  ])('422 names %s', async (path, body) => {
    expect(fieldsOf(await create(body))).toEqual([path]);
  });

  test('422: an unknown sequence has a code of its own, and nothing is half-written', async () => {
    const contact = someContact();
    const answer = await create({ externalId: 'crm-half', contact, sequence: 'nope' });
    expect(readProblem(answer, 422, 'unknown_sequence').errors).toEqual([
      { path: 'sequence', message: 'there is no sequence "nope"' },
    ]);
    const rows = await inOrganization(world.database, tenant.organizationId, (tx) =>
      tx.select().from(conversations).where(eq(conversations.externalId, 'crm-half')),
    );
    expect(rows).toEqual([]);
  });

  test('422: a channel that is not configured', async () => {
    const other = await world.tenant();
    await inOrganization(world.database, other.organizationId, (tx) =>
      tx.delete(channels).where(eq(channels.kind, 'email')),
    );
    const answer = await other.post('/v1/conversations', { contact: someContact(), channel: 'email' });
    readProblem(answer, 422, 'channel_not_configured');
  });

  test('409: an address that belongs to another contact', async () => {
    await createConversation(tenant, { contact: { email: 'one@example.com' } });
    await createConversation(tenant, { contact: { phone: '+15550099' } });
    const answer = await create({ contact: { email: 'one@example.com', phone: '+15550099' } });
    expect(readProblem(answer, 409, 'conflict').errors).toEqual([
      { path: 'contact.phone', message: 'belongs to another contact' },
    ]);
  });
});
