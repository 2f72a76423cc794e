import { contactOut } from '../../src/contracts/http/contact';
import { createUnsubscribeTokens } from '../../src/platform/unsubscribe-token';
import { createApiWorld, read, readProblem, type ApiWorld, type Tenant } from '../support/api-world';
import { createConversation, readConversation, type Conversation } from '../support/conversation-requests';

let world: ApiWorld;
let tenant: Tenant;

beforeAll(async () => {
  world = await createApiWorld();
  tenant = await world.tenant({ organization: { name: 'Smith & <Sons>' } });
});
afterAll(() => world.close());

const pathOf = ({ contact }: Conversation, organizationId = tenant.organizationId) => {
  const tokens = createUnsubscribeTokens(world.config.encryptionKeys);
  return `/unsubscribe/${tokens.sign({ organizationId, contactId: contact.id, channel: 'email' })}`;
};
const optedOut = async ({ contact }: Conversation) =>
  read(await tenant.get(`/v1/contacts/${contact.id}`), 200, contactOut).optedOut;
const oneClick = (
  path: string,
  raw = 'List-Unsubscribe=One-Click',
  type = 'application/x-www-form-urlencoded',
) => world.call('POST', path, { raw, headers: { 'content-type': type } });

describe('one-click unsubscribe', () => {
  test('POST: opts out of e-mail only, without a key, and ends what runs there', async () => {
    const mail = await createConversation(tenant, { channel: 'email' });
    const other = await createConversation(tenant, { contact: { externalId: mail.contact.externalId } });
    const answer = await oneClick(pathOf(mail));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await optedOut(mail)).toEqual(['email']);
    expect(await readConversation(tenant, mail.id)).toMatchObject({
      stage: 'opted_out',
      episode: { state: 'ended' },
    });
    expect((await readConversation(tenant, other.id)).stage).toBe('new');
    expect((await oneClick(pathOf(mail))).status).toBe(200);
  });

  test('POST: as multipart, which RFC 8058 allows, and with what a link rewriter adds', async () => {
    const mail = await createConversation(tenant, { channel: 'email' });
    const multipart =
      '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n';
    const answer = await oneClick(
      `${pathOf(mail)}?utm_source=mail`,
      multipart,
      'multipart/form-data; boundary=x',
    );
    expect(answer.status).toBe(200);
    expect(await optedOut(mail)).toEqual(['email']);
  });

  test('GET: shows a button that posts, changes nothing, and writes names as text', async () => {
    const mail = await createConversation(tenant, { channel: 'email' });
    const answer = await world.call('GET', pathOf(mail));
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('<form method="post">');
    expect(answer.text).toContain('Smith &amp; &lt;Sons&gt;');
    expect(answer.text).not.toContain('<Sons>');
    expect(await optedOut(mail)).toEqual([]);
    expect((await readConversation(tenant, mail.id)).episode?.state).toBe('waiting');
  });

  test('GET: speaks the contact’s language', async () => {
    const mail = await createConversation(tenant, {
      channel: 'email',
      contact: { email: 'maria@example.com', locale: 'de-AT' },
    });
    const answer = await world.call('GET', pathOf(mail));
    expect(answer.text).toContain('<html lang="de">');
    expect(answer.text).toContain('Abmelden');
  });

  test('404: a token that is none, is changed, or names nobody', async () => {
    const mail = await createConversation(tenant, { channel: 'email' });
    const path = pathOf(mail);
    const changed = path.slice(0, -1) + (path.endsWith('A') ? 'B' : 'A');
    const stranger = pathOf(mail, (await world.tenant()).organizationId);
    for (const wrong of ['/unsubscribe/x', changed, stranger, `${path}x`]) {
      readProblem(await world.call('GET', wrong), 404, 'not_found');
      readProblem(await oneClick(wrong), 404, 'not_found');
    }
    expect(await optedOut(mail)).toEqual([]);
  });
});
