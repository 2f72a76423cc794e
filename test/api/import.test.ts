import { conversationPage } from '../../src/contracts/http/conversation';
import { importOut } from '../../src/contracts/http/import';
import {
  createApiWorld,
  fieldsOf,
  read,
  readProblem,
  type ApiWorld,
  type Tenant,
} from '../support/api-world';
import { minutesAgo } from '../support/conversation-requests';

let world: ApiWorld;
let tenant: Tenant;

beforeAll(async () => {
  world = await createApiWorld();
});
beforeEach(async () => {
  tenant = await world.tenant();
});
afterAll(() => world.close());

const post = (raw: string | Buffer, type: string, query = '', by = tenant) =>
  by.call('POST', `/v1/conversations/import${query}`, { raw, headers: { 'content-type': type } });
const csv = (raw: string | Buffer, query = '') => post(raw, 'text/csv', query);
const stored = async () => read(await tenant.get('/v1/conversations?limit=200'), 200, conversationPage).items;

const HEADER =
  'externalId,contact.externalId,contact.name,contact.attributes.plan,lastMessage.direction,lastMessage.text,lastMessage.sentAt,variables.product\n';
const line = (n: number) =>
  `x-${n},c-${n},"Ada, the ${n}th",pro,outbound,"Hi ""there""",${minutesAgo(1)},boiler\n`;

describe('POST /v1/conversations/import', () => {
  test('200: CSV with its lines counted, one bad row harming no other', async () => {
    const file = `${HEADER}${line(1)}x-2,c-2,"never closed,pro,,,,\n${line(3)}x-4,,,,,,,\n`;
    const summary = read(await csv(file), 200, importOut);
    expect(summary).toEqual({
      dryRun: false,
      rows: 4,
      accepted: 2,
      existing: 0,
      rejected: 2,
      effects: { waiting: 2, ghosted: 0, engaged: 0, optedOut: 0 },
      rejections: [
        { line: 3, externalId: null, path: null, reason: expect.stringContaining('quote') },
        { line: 5, externalId: 'x-4', path: 'contact', reason: expect.any(String) },
      ],
    });
    expect(await stored()).toMatchObject([
      { externalId: 'x-3', stage: 'new' },
      {
        externalId: 'x-1',
        stage: 'new',
        contact: { externalId: 'c-1', name: 'Ada, the 1th', attributes: { plan: 'pro' } },
        variables: { product: 'boiler' },
        episode: { state: 'waiting', next: { kind: 'nudge', step: 1 } },
      },
    ]);
  });

  test('200: NDJSON, where a row without last message arms nothing', async () => {
    const rows = [
      { externalId: 'n-1', contact: { phone: '+441234567' } },
      {
        externalId: 'n-2',
        contact: { phone: '+441234568' },
        lastMessage: { direction: 'outbound', sentAt: minutesAgo(1) },
      },
      { contact: { phone: '+441234569' } },
      { externalId: 'n-4', contact: { phone: '12' }, extra: 1 },
      { externalId: 'n-5', contact: { phone: '+441234570', name: 'a\u0000b' } },
    ];
    const file = `${rows.map((row) => JSON.stringify(row)).join('\n')}\n\nnot json\n"text"\n`;
    const summary = read(await post(file, 'application/x-ndjson; charset=utf-8'), 200, importOut);
    expect(summary).toMatchObject({ rows: 7, accepted: 2, rejected: 5, effects: { waiting: 1, engaged: 1 } });
    expect(summary.rejections.map(({ line: at, path }) => [at, path])).toEqual([
      [3, 'externalId'],
      [4, 'contact.phone'],
      [5, 'contact.name'],
      [7, null],
      [8, ''],
    ]);
    const made = await stored();
    expect(made.map(({ externalId, episode }) => [externalId, episode?.state ?? null])).toEqual([
      ['n-2', 'waiting'],
      ['n-1', null],
    ]);
  });

  test('200: the same file again, and twice at once, creates nothing twice; the Idempotency-Key means nothing', async () => {
    const file = HEADER + Array.from({ length: 150 }, (_, n) => line(n)).join('');
    const headers = { 'content-type': 'text/csv', 'idempotency-key': 'same' };
    const send = () => tenant.call('POST', '/v1/conversations/import', { raw: file, headers });
    const both = (await Promise.all([send(), send()])).map((answer) => read(answer, 200, importOut));
    expect(both.map(({ accepted, existing }) => accepted + existing)).toEqual([150, 150]);
    expect(both.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(150);
    expect(read(await send(), 200, importOut)).toMatchObject({ accepted: 0, existing: 150 });
    expect(await stored()).toHaveLength(150);
  });

  test('200: a dry run answers the same and stores nothing', async () => {
    const file = HEADER + line(1) + line(2) + line(1);
    const dry = read(await csv(file, '?dryRun=true'), 200, importOut);
    expect(dry).toMatchObject({ dryRun: true, accepted: 2, existing: 1, effects: { waiting: 2 } });
    expect(await stored()).toEqual([]);
    expect(read(await csv(file), 200, importOut)).toEqual({ ...dry, dryRun: false });
  });

  test('the API answers while an import runs', async () => {
    const file = HEADER + Array.from({ length: 2_000 }, (_, n) => line(n)).join('');
    let running = true;
    const importing = csv(file).finally(() => (running = false));
    let answered = 0;
    while (running) {
      expect((await world.call('GET', '/healthz')).status).toBe(200);
      answered += 1;
    }
    expect(read(await importing, 200, importOut).accepted).toBe(2_000);
    expect(answered).toBeGreaterThan(20);
  }, 90_000);

  test('422: a header that cannot be used, an empty file, a wrong query', async () => {
    expect(fieldsOf(await csv('externalId,contact.shoe\nx,y\n'))).toEqual(['contact.shoe']);
    expect(fieldsOf(await csv('contact.name\nAda\n'))).toEqual(['externalId']);
    readProblem(await csv('\n'), 422, 'validation_failed');
    expect(fieldsOf(await csv(HEADER, '?dryRun=maybe'))).toEqual(['dryRun']);
    expect(await stored()).toEqual([]);
  });

  test('415: anything but the two types', async () => {
    readProblem(await post('{}', 'application/json'), 415, 'unsupported_media_type');
  });

  test('413: more than 64 MB, also when nobody announced it', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    async function* endless() {
      yield Buffer.from('externalId\n');
      for (let n = 0; n < 65; n += 1) yield await Promise.resolve(megabyte);
    }
    const response = await fetch(`${world.api.url}/v1/conversations/import`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv', 'x-api-key': tenant.key },
      body: ReadableStream.from(endless()),
      duplex: 'half',
    });
    expect(response.status).toBe(413);
    await response.text();
  });

  test('403 without the scope write, and 401 without a key', async () => {
    const key = await world.keyOf(tenant.organizationId, ['read']);
    const headers = { 'content-type': 'text/csv', 'x-api-key': key };
    readProblem(
      await world.call('POST', '/v1/conversations/import', { raw: HEADER, headers }),
      403,
      'forbidden',
    );
    readProblem(
      await world.call('POST', '/v1/conversations/import', {
        raw: HEADER,
        headers: { 'content-type': 'text/csv' },
      }),
      401,
      'unauthorized',
    );
  });
});
