import { contactOut, contactPage } from '../../src/contracts/http/contact';
import { optOutAnswer } from '../../src/contracts/http/opt-out';
import {
  createApiWorld,
  fieldsOf,
  read,
  readProblem,
  type ApiWorld,
  type Tenant,
} from '../support/api-world';
import {
  claimFirstStep,
  createConversation,
  readConversation,
  someContact,
} from '../support/conversation-requests';

let world: ApiWorld;
let tenant: Tenant;

beforeAll(async () => {
  world = await createApiWorld();
  tenant = await world.tenant();
});
afterAll(() => world.close());

const patch = (id: string, body: unknown) => tenant.call('PATCH', `/v1/contacts/${id}`, { body });

describe('GET and PATCH /v1/contacts/:id', () => {
  test('200: changes what is named, null clears, the rest stays', async () => {
    const { contact } = await createConversation(tenant);
    const changed = read(
      await patch(contact.id, {
        name: 'Countess',
        timeZone: 'Europe/Paris',
        locale: 'fr-fr',
        phone: null,
        attributes: { vip: true },
      }),
      200,
      contactOut,
    );
    expect(changed).toMatchObject({
      ...contact,
      name: 'Countess',
      timeZone: 'Europe/Paris',
      locale: 'fr-FR',
      phone: null,
      attributes: { vip: true },
      updatedAt: expect.any(String),
    });
    expect(read(await tenant.get(`/v1/contacts/${contact.id}`), 200, contactOut)).toEqual(changed);
  });

  test('409: an address that belongs to another contact without external id', async () => {
    const [one, other] = [
      await createConversation(tenant, { contact: { email: 'one@example.com' } }),
      await createConversation(tenant, { contact: { email: 'other@example.com' } }),
    ];
    const answer = await patch(other.contact.id, { email: 'ONE@example.com' });
    expect(readProblem(answer, 409, 'conflict').errors).toMatchObject([{ path: 'email' }]);
    read(await patch(one.contact.id, { email: 'One@example.com' }), 200, contactOut);
  });

  test('409: an external id that another contact has', async () => {
    const [one, other] = [await createConversation(tenant), await createConversation(tenant)];
    const answer = await patch(other.contact.id, { externalId: one.contact.externalId });
    expect(readProblem(answer, 409, 'conflict').errors).toMatchObject([{ path: 'externalId' }]);
  });

  test.each<[string, object, string[]]>([
    ['an e-mail without @', { email: 'ada' }, ['email']],
    ['a zone that is none', { timeZone: 'Mars' }, ['timeZone']],
    ['a phone in local form', { phone: '020 7946' }, ['phone']],
    ['half a surrogate pair', { name: '\ud83d' }, ['name']],
    ['an unknown field', { mail: 'x' }, ['mail']],
  ])('422: %s', async (_name, body, fields) => {
    const { contact } = await createConversation(tenant);
    expect(fieldsOf(await patch(contact.id, body))).toEqual(fields);
  });

  test('422: the last address cannot be taken away', async () => {
    const { contact } = await createConversation(tenant, { contact: { phone: '+441234999' } });
    expect(fieldsOf(await patch(contact.id, { phone: null }))).toEqual(['email']);
    expect(read(await tenant.get(`/v1/contacts/${contact.id}`), 200, contactOut).phone).toBe('+441234999');
  });

  test('404: unknown, no id, and another organization’s', async () => {
    const other = await world.tenant();
    const { contact } = await createConversation(other);
    for (const id of [contact.id, crypto.randomUUID(), 'nobody']) {
      readProblem(await tenant.get(`/v1/contacts/${id}`), 404, 'not_found');
      readProblem(await patch(id, { name: 'x' }), 404, 'not_found');
      readProblem(await tenant.post(`/v1/contacts/${id}/opt-out`, {}), 404, 'not_found');
      readProblem(await tenant.post(`/v1/contacts/${id}/opt-in`, {}), 404, 'not_found');
    }
  });
});

describe('GET /v1/contacts', () => {
  test('200: newest first, in pages, and by each filter', async () => {
    const other = await world.tenant();
    const made = [];
    for (let n = 0; n < 3; n += 1) {
      const { contact } = await createConversation(other, {
        contact: { ...someContact(), phone: `+4412340${n}` },
      });
      made.unshift(contact);
    }
    const first = read(await other.get('/v1/contacts?limit=2'), 200, contactPage);
    const second = read(await other.get(`/v1/contacts?limit=2&cursor=${first.nextCursor}`), 200, contactPage);
    expect([...first.items, ...second.items]).toEqual(made);
    const [wanted] = made;
    for (const [name, value] of [
      ['email', wanted?.email?.toUpperCase()],
      ['phone', wanted?.phone],
      ['externalId', wanted?.externalId],
    ]) {
      const found = read(
        await other.get(`/v1/contacts?${name}=${encodeURIComponent(value ?? '')}`),
        200,
        contactPage,
      );
      expect(found.items).toEqual([wanted]);
    }
    expect(read(await other.get('/v1/contacts?email=nobody@example.com'), 200, contactPage).items).toEqual(
      [],
    );
    expect(
      read(await tenant.get(`/v1/contacts?externalId=${wanted?.externalId}`), 200, contactPage).items,
    ).toEqual([]);
  });
});

describe('POST /v1/contacts/:id/opt-out and /opt-in', () => {
  test('200: ends what runs on all channels, reports what is in flight; opting in starts nothing by itself', async () => {
    const conversation = await createConversation(tenant);
    const { contact, id } = conversation;
    const mail = await createConversation(tenant, {
      contact: { externalId: contact.externalId },
      channel: 'email',
    });
    const deliveryId = await claimFirstStep(world.database, tenant.organizationId, conversation);

    const out = read(await tenant.post(`/v1/contacts/${contact.id}/opt-out`), 200, optOutAnswer);
    expect(out.contact.optedOut).toEqual(['all']);
    expect(out.inFlight).toMatchObject([{ deliveryId, conversationId: id, step: 1 }]);
    for (const one of [id, mail.id]) {
      expect(await readConversation(tenant, one)).toMatchObject({
        stage: 'opted_out',
        episode: { state: 'ended', stopReason: 'opted_out', next: null },
      });
    }
    const back = read(await tenant.post(`/v1/contacts/${contact.id}/opt-in`, {}), 200, optOutAnswer);
    expect(back.contact.optedOut).toEqual([]);
    expect(await readConversation(tenant, id)).toMatchObject({
      stage: 'engaged',
      episode: { state: 'ended' },
    });
  });

  test('200: one channel alone leaves the other running', async () => {
    const conversation = await createConversation(tenant);
    const mail = await createConversation(tenant, {
      contact: { externalId: conversation.contact.externalId },
      channel: 'email',
    });
    const out = read(
      await tenant.post(`/v1/contacts/${conversation.contact.id}/opt-out`, { channel: 'email' }),
      200,
      optOutAnswer,
    );
    expect(out.contact.optedOut).toEqual(['email']);
    expect((await readConversation(tenant, mail.id)).stage).toBe('opted_out');
    expect((await readConversation(tenant, conversation.id)).stage).toBe('new');
  });

  test('422: an unknown channel', async () => {
    const { contact } = await createConversation(tenant);
    expect(fieldsOf(await tenant.post(`/v1/contacts/${contact.id}/opt-out`, { channel: 'pigeon' }))).toEqual([
      'channel',
    ]);
  });
});
