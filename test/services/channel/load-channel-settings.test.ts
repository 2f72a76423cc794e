import { randomBytes } from 'node:crypto';
import { inOrganization } from '../../../src/db/client';
import { channels } from '../../../src/db/schema';
import { createSecretBox } from '../../../src/platform/secret-box';
import { configureEmail, type EmailInput } from '../../../src/services/channel/configure-email';
import { configureWebhook, type WebhookInput } from '../../../src/services/channel/configure-webhook';
import { loadChannelSettings } from '../../../src/services/channel/load-channel-settings';
import { rotateWebhookSecret } from '../../../src/services/channel/rotate-webhook-secret';
import { createOrganization } from '../../../src/services/organization/create-organization';
import { createVerbWorld, DAY_MS, HOUR_MS, type VerbWorld } from '../../support/verb-world';

let world: VerbWorld;
const box = createSecretBox([randomBytes(32).toString('base64')]);

beforeAll(async () => {
  world = await createVerbWorld();
});
afterAll(() => world.close());

const organization = () => createOrganization(world.database, { name: 'Acme' }, world.clock.now());
const webhook = (id: string, input: WebhookInput) =>
  world.verb(id, (ctx) => configureWebhook(ctx, box, input));
const email = (id: string, input: EmailInput) => world.verb(id, (ctx) => configureEmail(ctx, box, input));
const rotate = (id: string) => world.verb(id, (ctx) => rotateWebhookSecret(ctx, box));
const load = async (id: string, kind: 'webhook' | 'email') => {
  const loaded = await world.verb(id, (ctx) => loadChannelSettings(ctx, kind));
  return loaded && loaded.open(box, world.clock.now());
};
const stored = (id: string) => inOrganization(world.database, id, (tx) => tx.select().from(channels));
const url = 'https://example.com/hook';

describe('the webhook', () => {
  test('gets its secret once; a later PUT keeps it and changes the rest', async () => {
    const id = await organization();
    expect(await load(id, 'webhook')).toBeNull();
    const first = await webhook(id, { url, pace: { max: 10, perMs: 1000 } });
    expect(first.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const second = await webhook(id, { url: 'https://example.com/other' });
    expect(second.secret).toBeNull();
    expect(await load(id, 'webhook')).toEqual({
      kind: 'webhook',
      url: 'https://example.com/other',
      secrets: [first.secret],
    });
    expect(JSON.stringify(await stored(id))).not.toContain('whsec_');
  });

  test('a rotation signs with both secrets for 24 h, newest first, then with the new one', async () => {
    const id = await organization();
    const first = await webhook(id, { url });
    const second = await rotate(id);
    expect(second.secret).not.toBe(first.secret);
    expect(await load(id, 'webhook')).toMatchObject({ secrets: [second.secret, first.secret] });
    world.clock.advance(DAY_MS - 1);
    expect(await load(id, 'webhook')).toMatchObject({ secrets: [second.secret, first.secret] });
    world.clock.advance(1);
    expect(await load(id, 'webhook')).toMatchObject({ secrets: [second.secret] });
  });

  test('rotating before there is one is not_found', async () => {
    await expect(rotate(await organization())).rejects.toMatchObject({ code: 'not_found' });
  });

  test('a new pace forgets the slots that the old one gave away, the same pace keeps them', async () => {
    const id = await organization();
    const pace = { max: 1, perMs: DAY_MS };
    await webhook(id, { url, pace });
    const nextSlotAt = new Date(world.clock.now().getTime() + 5 * DAY_MS);
    await inOrganization(world.database, id, (tx) => tx.update(channels).set({ nextSlotAt }));
    await webhook(id, { url, pace });
    expect((await stored(id))[0]?.nextSlotAt).toEqual(nextSlotAt);
    await webhook(id, { url, pace: { max: 60, perMs: HOUR_MS } });
    expect((await stored(id))[0]?.nextSlotAt).toBeNull();
  });

  test('two first PUTs at once make one secret: the other is told to try again', async () => {
    const id = await organization();
    const results = await Promise.allSettled([webhook(id, { url }), webhook(id, { url })]);
    const secrets = results.flatMap((result) =>
      result.status === 'fulfilled' ? (result.value.secret ?? []) : [],
    );
    expect(secrets).toHaveLength(1);
    expect(await load(id, 'webhook')).toMatchObject({ secrets });
  });
});

describe('e-mail', () => {
  test('keeps its SMTP address sealed, also through a PUT that does not name it; null takes it away', async () => {
    const id = await organization();
    const smtpUrl = 'smtps://user:secret@mail.example.com';
    await email(id, { from: 'us@example.com', smtpUrl });
    expect(JSON.stringify(await stored(id))).not.toContain('secret@');
    await email(id, { from: 'Us <us@example.com>', replyTo: 'desk@example.com' });
    expect(await load(id, 'email')).toEqual({
      kind: 'email',
      from: 'Us <us@example.com>',
      replyTo: 'desk@example.com',
      smtpUrl,
    });
    await email(id, { from: 'us@example.com', smtpUrl: null });
    expect(await load(id, 'email')).toMatchObject({ smtpUrl: null, replyTo: null });
  });
});
