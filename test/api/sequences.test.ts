import { sequenceOut, sequencePage, simulationOut } from '../../src/contracts/http/sequence';
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
  tenant = await world.tenant({ organization: { timeZone: 'Europe/Berlin' } });
});
afterAll(() => world.close());

const put = (name: string, body: unknown) => tenant.call('PUT', `/v1/sequences/${name}`, { body });
const step = (delay: string, more: object = {}) => ({ delay, template: 'followup-10m', ...more });
const simulate = (body: unknown, name = 'default') => tenant.post(`/v1/sequences/${name}/simulate`, body);

describe('PUT /v1/sequences/:name', () => {
  test('200: publishes versions, and an equal body is the same one, however its durations are written', async () => {
    const body = {
      steps: [step('30m'), step('P1D', { stage: 'followup_6h', latenessLimit: '2h' })],
      ghostAfter: '48h',
    };
    expect(read(await put('quotes', body), 200, sequenceOut)).toEqual({
      name: 'quotes',
      version: 1,
      steps: [
        { delay: '30m', template: 'followup-10m', stage: 'followup' },
        { delay: '1d', template: 'followup-10m', stage: 'followup_6h', latenessLimit: '2h' },
      ],
      ghostAfter: '2d',
      createdAt: expect.any(String),
    });
    const same = {
      steps: [step('PT30M'), step('24h', { stage: 'followup_6h', latenessLimit: '120m' })],
      ghostAfter: '2d',
    };
    expect(read(await put('quotes', same), 200, sequenceOut).version).toBe(1);
    expect(read(await put('quotes', { ...same, latenessLimit: '1h' }), 200, sequenceOut).version).toBe(2);
  });

  test('what is answered can be put again', async () => {
    const sendWindow = { days: ['mon', 'fri'], from: '22:00', to: '06:00' };
    const body = { steps: [step('10m')], ghostAfter: '1h', sendWindow, latenessLimit: '5m' };
    const { name, version, createdAt, ...rest } = read(await put('round', body), 200, sequenceOut);
    expect(createdAt).toBeDefined();
    expect(read(await put(name, rest), 200, sequenceOut).version).toBe(version);
  });

  test('a running episode keeps its version, the next conversation takes the newest', async () => {
    await put('pinned', { steps: [step('1h')], ghostAfter: '1h' });
    const first = await createConversation(tenant, { sequence: 'pinned' });
    await put('pinned', { steps: [step('2h')], ghostAfter: '1h' });
    const second = await createConversation(tenant, { sequence: 'pinned' });
    expect((await readConversation(tenant, first.id)).sequence.version).toBe(1);
    expect((await readConversation(tenant, second.id)).sequence.version).toBe(2);
  });

  test.each<[string, unknown, string[]]>([
    ['delays that do not rise', { steps: [step('2h'), step('2h')], ghostAfter: '1h' }, ['steps.1.delay']],
    ['no steps', { steps: [], ghostAfter: '1h' }, ['steps']],
    [
      '21 steps',
      { steps: Array.from({ length: 21 }, (_, n) => step(`${n + 1}m`)), ghostAfter: '1h' },
      ['steps'],
    ],
    ['a wrong duration', { steps: [step('soon')], ghostAfter: '1h' }, ['steps.0.delay']],
    ['a duration of nothing', { steps: [step('0m')], ghostAfter: '1h' }, ['steps.0.delay']],
    ['no ghostAfter', { steps: [step('1m')] }, ['ghostAfter']],
    ['an unknown field', { steps: [step('1m', { colour: 'red' })], ghostAfter: '1h' }, ['steps.0.colour']],
    [
      'a stage no step may set',
      { steps: [step('1m', { stage: 'won' })], ghostAfter: '1h' },
      ['steps.0.stage'],
    ],
    [
      'a wrong window',
      { steps: [step('1m')], ghostAfter: '1h', sendWindow: { days: [], from: '8', to: '24:00' } },
      ['sendWindow.days', 'sendWindow.from', 'sendWindow.to'],
    ],
  ])('422: %s', async (_name, body, fields) => {
    expect(fieldsOf(await put('broken', body))).toEqual(fields);
    expect((await tenant.get('/v1/sequences/broken')).status).toBe(404);
  });

  test('422 unknown_template: names the step', async () => {
    const answer = await put('broken', {
      steps: [step('1m'), { delay: '2m', template: 'x' }],
      ghostAfter: '1h',
    });
    expect(readProblem(answer, 422, 'unknown_template').errors).toMatchObject([{ path: 'steps.1.template' }]);
  });

  test('403 without the scope write', async () => {
    const key = await world.keyOf(tenant.organizationId, ['read']);
    const answer = await world.call('PUT', '/v1/sequences/x', { headers: { 'x-api-key': key }, body: {} });
    readProblem(answer, 403, 'forbidden');
  });
});

describe('reading sequences', () => {
  test('lists the newest version of each by name, in pages, and all versions newest first', async () => {
    const other = await world.tenant();
    for (const [name, delay] of [
      ['b', '1m'],
      ['a', '1m'],
      ['a', '2m'],
      ['a', '3m'],
    ] as const) {
      await other.call('PUT', `/v1/sequences/${name}`, { body: { steps: [step(delay)], ghostAfter: '1h' } });
    }
    const first = read(await other.get('/v1/sequences?limit=2'), 200, sequencePage);
    expect(first.items.map(({ name, version }) => [name, version])).toEqual([
      ['a', 3],
      ['b', 1],
    ]);
    const second = read(
      await other.get(`/v1/sequences?limit=2&cursor=${first.nextCursor}`),
      200,
      sequencePage,
    );
    expect(second.items.map(({ name }) => name)).toEqual(['default']);
    expect(second.nextCursor).toBeNull();
    const versions = read(await other.get('/v1/sequences/a/versions?limit=2'), 200, sequencePage);
    expect(versions.items.map(({ version }) => version)).toEqual([3, 2]);
    const last = read(
      await other.get(`/v1/sequences/a/versions?cursor=${versions.nextCursor}`),
      200,
      sequencePage,
    );
    expect(last.items.map(({ version, steps }) => [version, steps[0]?.delay])).toEqual([[1, '1m']]);
    expect(read(await other.get('/v1/sequences/a'), 200, sequenceOut).version).toBe(3);
  });

  test('404: unknown, and another organization’s', async () => {
    await put('mine', { steps: [step('1m')], ghostAfter: '1h' });
    const other = await world.tenant();
    for (const path of ['/v1/sequences/mine', '/v1/sequences/mine/versions', '/v1/sequences/nothing']) {
      readProblem(await other.get(path), 404, 'not_found');
    }
    readProblem(
      await other.post('/v1/sequences/mine/simulate', { anchorAt: '2026-11-20T09:00:00Z' }),
      404,
      'not_found',
    );
  });

  test('422: a cursor of another list', async () => {
    expect(fieldsOf(await tenant.get('/v1/sequences/default/versions?cursor=ImEi'))).toEqual(['cursor']);
  });
});

describe('POST /v1/sequences/:name/simulate', () => {
  test('200: local times with their offset, in the organization’s zone or the one asked for', async () => {
    const berlin = read(await simulate({ anchorAt: '2026-11-20T09:00:00Z' }), 200, simulationOut);
    expect(berlin).toMatchObject({
      timeZone: 'Europe/Berlin',
      endsWith: 'ghosted',
      ghostAt: '2026-11-21T15:00:00.000Z',
    });
    expect(berlin.steps[0]).toEqual({
      step: 1,
      template: 'followup-10m',
      stage: 'followup_10m',
      plannedAt: '2026-11-20T09:10:00.000Z',
      dueAt: '2026-11-20T09:10:00.000Z',
      localTime: '2026-11-20T10:10:00+01:00',
      weekday: 'fri',
      deferredBy: null,
      verdict: 'send',
      reason: 'Due as the ladder says.',
    });
    const tokyo = read(
      await simulate({ anchorAt: '2026-11-20T20:00:00+05:30', timeZone: 'Asia/Tokyo' }),
      200,
      simulationOut,
    );
    expect(tokyo.steps[0]).toMatchObject({ localTime: '2026-11-20T23:40:00+09:00' });
  });

  test('200: a send window defers and says so; a reply leaves steps not sent', async () => {
    const sendWindow = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' };
    await put('office', { steps: [step('10m'), step('3h')], ghostAfter: '1d', sendWindow });
    const result = read(
      await simulate({ anchorAt: '2026-11-20T16:00:00Z', replyAt: '2026-11-23T09:00:00Z' }, 'office'),
      200,
      simulationOut,
    );
    expect(result.steps).toMatchObject([
      {
        plannedAt: '2026-11-20T16:10:00.000Z',
        localTime: '2026-11-23T09:00:00+01:00',
        deferredBy: 'send_window',
        verdict: 'send',
        reason: 'Waits for the send window: mon, tue, wed, thu, fri 09:00-17:00 in Europe/Berlin.',
      },
      { verdict: 'not_sent', reason: expect.stringContaining('2026-11-23T09:00:00.000Z') },
    ]);
    expect(result).toMatchObject({ endsWith: 'replied', ghostAt: null });
  });

  test('plans the first step of a real conversation at the same instant', async () => {
    const conversation = await createConversation(tenant, { sequence: 'office' });
    const { anchorAt, next } = conversation.episode ?? {};
    const simulated = read(await simulate({ anchorAt }, 'office'), 200, simulationOut);
    expect(simulated.steps[0]).toMatchObject({ dueAt: next?.dueAt, deferredBy: next?.deferredBy });
  });

  test.each<[string, object, string[]]>([
    ['no anchor', {}, ['anchorAt']],
    ['a zone that is none', { anchorAt: '2026-11-20T09:00:00Z', timeZone: 'Mars/Base' }, ['timeZone']],
    ['a time without offset', { anchorAt: '2026-11-20T09:00:00' }, ['anchorAt']],
    ['the year 9999', { anchorAt: '9999-11-20T09:00:00Z' }, ['anchorAt']],
    [
      'a reply before the anchor',
      { anchorAt: '2026-11-20T09:00:00Z', replyAt: '2026-11-19T09:00:00Z' },
      ['replyAt'],
    ],
  ])('422: %s', async (_name, body, fields) => {
    expect(fieldsOf(await simulate(body))).toEqual(fields);
  });
});
