import { organizationOut } from '../../src/contracts/http/organization';
import { inOrganization } from '../../src/db/client';
import { episodes } from '../../src/db/schema';
import {
  createApiWorld,
  fieldsOf,
  read,
  readProblem,
  type ApiWorld,
  type Tenant,
} from '../support/api-world';
import { createConversation, readConversation } from '../support/conversation-requests';

let world: ApiWorld;
let tenant: Tenant;

beforeAll(async () => {
  world = await createApiWorld();
});
beforeEach(async () => {
  tenant = await world.tenant();
});
afterAll(() => world.close());

const patch = (body: unknown) => tenant.call('PATCH', '/v1/organization', { body });
const get = async () => read(await tenant.get('/v1/organization'), 200, organizationOut);

describe('PATCH /v1/organization', () => {
  test('200: changes what is named, leaves the rest, and GET answers the same', async () => {
    const settings = {
      name: 'Acme',
      timeZone: 'Europe/Lisbon',
      locale: 'pt-PT',
      sendWindow: { days: ['mon', 'tue'], from: '08:00', to: '20:00' },
      holidays: ['2026-12-25', '2027-01-01'],
      frequencyCap: { max: 3, per: '1d' },
      latenessLimit: '30m',
    };
    const changed = read(await patch(settings), 200, organizationOut);
    expect(changed).toMatchObject({ ...settings, paused: false, id: tenant.organizationId });
    expect(await get()).toEqual(changed);
    const cleared = read(
      await patch({ sendWindow: null, frequencyCap: null, holidays: [] }),
      200,
      organizationOut,
    );
    expect(cleared).toMatchObject({ name: 'Acme', sendWindow: null, frequencyCap: null, holidays: [] });
    expect(read(await patch({}), 200, organizationOut)).toMatchObject({ name: 'Acme' });
  });

  test('canonical: days in their order, dates and days once', async () => {
    const sendWindow = { days: ['fri', 'mon', 'fri'], from: '22:00', to: '06:00' };
    const changed = read(
      await patch({ sendWindow, holidays: ['2027-01-01', '2026-12-25', '2027-01-01'] }),
      200,
      organizationOut,
    );
    expect(changed).toMatchObject({
      sendWindow: { ...sendWindow, days: ['mon', 'fri'] },
      holidays: ['2026-12-25', '2027-01-01'],
    });
  });

  test('a pause holds, and its end wakes what it held within ten minutes', async () => {
    const { id } = await createConversation(tenant);
    await patch({ paused: true });
    const heldUntil = new Date(Date.now() + 6 * 3_600_000);
    await inOrganization(world.database, tenant.organizationId, (tx) =>
      tx.update(episodes).set({ deferredBy: 'organization_paused', nextDueAt: heldUntil }),
    );
    expect((await readConversation(tenant, id)).episode?.next?.deferredBy).toBe('organization_paused');
    const before = Date.now();
    read(await patch({ paused: false }), 200, organizationOut);
    const next = (await readConversation(tenant, id)).episode?.next;
    expect(next?.deferredBy).toBeNull();
    expect(Date.parse(next?.dueAt ?? '')).toBeGreaterThanOrEqual(before);
    expect(Date.parse(next?.dueAt ?? '')).toBeLessThan(Date.now() + 10 * 60_000);
  });

  test.each<[string, object, string[]]>([
    ['a zone that is none', { timeZone: 'GMT+2' }, ['timeZone']],
    ['a locale that is none', { locale: 'english' }, ['locale']],
    ['a window without days', { sendWindow: { days: [], from: '08:00', to: '20:00' } }, ['sendWindow.days']],
    ['a window at 24:00', { sendWindow: { days: ['mon'], from: '08:00', to: '24:00' } }, ['sendWindow.to']],
    ['a day that is none', { holidays: ['2026-02-30'] }, ['holidays.0']],
    ['a cap of nothing', { frequencyCap: { max: 0, per: '24h' } }, ['frequencyCap.max']],
    ['a cap without period', { frequencyCap: { max: 1 } }, ['frequencyCap.per']],
    ['an empty name', { name: ' ' }, ['name']],
    ['a pause in words', { paused: 'yes' }, ['paused']],
    ['an unknown field', { timezone: 'UTC' }, ['timezone']],
  ])('422: %s', async (_name, body, fields) => {
    expect(fieldsOf(await patch(body))).toEqual(fields);
  });

  test('403 without the scope admin', async () => {
    const key = await world.keyOf(tenant.organizationId, ['read', 'write']);
    const answer = await world.call('PATCH', '/v1/organization', { headers: { 'x-api-key': key }, body: {} });
    readProblem(answer, 403, 'forbidden');
  });
});
