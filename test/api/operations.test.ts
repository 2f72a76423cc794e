import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { conversationOut } from '../../src/contracts/http/conversation';
import { healthOut, readinessOut } from '../../src/contracts/http/operations';
import { inOrganization } from '../../src/db/client';
import { episodes } from '../../src/db/schema';
import { createApiWorld, read, readProblem, type ApiWorld, type Tenant } from '../support/api-world';
import { startCuttableProxy, type CuttableProxy } from '../support/cuttable-proxy';
import { createConversation, someContact } from '../support/conversation-requests';
import { testEnvironment } from '../support/environment';
import { waitFor } from '../support/wait-for';

const address = (text: string) => {
  const { hostname, port } = new URL(text);
  return { host: hostname, port: Number(port) };
};

let world: ApiWorld;
let tenant: Tenant;
let toPostgres: CuttableProxy;
let toTemporal: CuttableProxy;

beforeAll(async () => {
  const postgres = address(testEnvironment('TEST_DATABASE_URL'));
  const temporal = address(`tcp://${testEnvironment('TEST_TEMPORAL_ADDRESS')}`);
  toPostgres = await startCuttableProxy(postgres.host, postgres.port);
  toTemporal = await startCuttableProxy(temporal.host, temporal.port);
  world = await createApiWorld({ TEMPORAL_ADDRESS: `127.0.0.1:${toTemporal.port}` }, (url) => {
    const through = new URL(url);
    through.hostname = '127.0.0.1';
    through.port = String(toPostgres.port);
    return through.href;
  });
  tenant = await world.tenant();
});
afterAll(async () => {
  toPostgres.heal();
  toTemporal.heal();
  await world.close();
  await toPostgres.close();
  await toTemporal.close();
});
afterEach(() => {
  toPostgres.heal();
  toTemporal.heal();
});

const ready = () => world.call('GET', '/readyz');

describe('GET /healthz, /readyz, /metrics', () => {
  test('200 while all is well', async () => {
    expect(read(await world.call('GET', '/healthz?from=balancer'), 200, healthOut)).toEqual({ status: 'ok' });
    expect(read(await ready(), 200, readinessOut)).toEqual({
      status: 'ok',
      postgresql: 'ok',
      temporal: 'ok',
    });
  });

  test('the metrics have the names that are documented, with routes and never with ids', async () => {
    const { id } = await createConversation(tenant);
    await tenant.get(`/v1/conversations/${id}`);
    const { status, text, headers } = await world.call('GET', '/metrics');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/plain/);
    const names = [
      'followthrough_nudges_total',
      'followthrough_nudge_lateness_seconds',
      'followthrough_claims_refused_total',
      'followthrough_reply_to_stop_seconds',
      'followthrough_outbox_age_seconds',
      'followthrough_outbox_rows',
      'followthrough_provider_seconds',
      'followthrough_secret_unreadable_total',
      'followthrough_starts_paced_rate',
      'followthrough_http_request_seconds',
      'process_cpu_seconds_total',
    ];
    for (const name of names) expect(text).toContain(`# HELP ${name} `);
    expect(text).toContain('route="/v1/conversations/:id",method="GET",status="200"');
    expect(text).not.toContain(id);
  });
});

describe('Temporal away', () => {
  test('ready all the same, creating, replying and stopping answer 2xx and hold, and are delivered later', async () => {
    toTemporal.cut();
    await waitFor('Temporal to be seen away', async () => {
      const answer = read(await ready(), 200, readinessOut);
      return answer.temporal === 'unreachable' && answer.postgresql === 'ok';
    });
    const { id } = await createConversation(tenant);
    const reply = await tenant.post(`/v1/conversations/${id}/messages`, {
      direction: 'inbound',
      text: 'Yes',
    });
    expect(reply).toMatchObject({ status: 201, body: { effect: 'stopped' } });
    const other = await createConversation(tenant);
    const stop = await tenant.post(`/v1/conversations/${other.id}/stop`, { reason: 'closed_won' });
    expect(stop).toMatchObject({ status: 200, body: { effect: 'stopped' } });
    expect(await tenant.get(`/v1/conversations/${other.id}`)).toMatchObject({ body: { stage: 'won' } });
    const waiting = await createConversation(tenant);
    toTemporal.heal();
    await waitFor('the start to be delivered', async () => {
      const rows = await inOrganization(world.database, tenant.organizationId, (tx) =>
        tx.select().from(episodes).where(eq(episodes.conversationId, waiting.id)),
      );
      return rows[0]?.deliveredRevision === rows[0]?.revision;
    });
  });
});

describe('PostgreSQL away', () => {
  test('503 with Retry-After for everything that needs it, and work again when it is back', async () => {
    toPostgres.cut();
    const answers = [
      await ready(),
      await tenant.get('/v1/conversations'),
      await tenant.post('/v1/conversations', { contact: someContact() }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(answers[0]?.body).toMatchObject({ status: 'unavailable', postgresql: 'unreachable' });
    readProblem(answers[2] ?? (await ready()), 503, 'database_unavailable');
    expect(answers[2]?.text).not.toMatch(/127\.0\.0\.1|ECONN|select|followthrough_/);
    expect((await world.call('GET', '/healthz')).status).toBe(200);
    toPostgres.heal();
    read(await tenant.post('/v1/conversations', { contact: someContact() }), 201, conversationOut);
  });

  test('503, not 500, for requests whose connections are cut while they run', async () => {
    const running = Array.from({ length: 20 }, () =>
      tenant.post('/v1/conversations', { contact: someContact() }),
    );
    toPostgres.cut();
    for (const answer of await Promise.all(running)) expect([201, 503]).toContain(answer.status);
  });
});

test('an error nobody foresaw is a 500 that says nothing but the request id, and is whole in the log', async () => {
  const { organizationId } = tenant;
  const owner = await world.asOwner((client) => client.query('alter table conversations rename to hidden'));
  expect(owner.command).toBe('ALTER');
  try {
    const answer = await tenant.get('/v1/conversations');
    const { detail, requestId } = readProblem(answer, 500, 'internal_error');
    expect(detail).toBe('Something went wrong.');
    expect(answer.text).not.toMatch(/conversations"|relation|hidden|select/);
    const logged = z.looseObject({ requestId: z.string().optional(), err: z.unknown().optional() });
    const line = world
      .logged()
      .map((entry) => logged.parse(entry))
      .find((entry) => entry.requestId === requestId && entry.err);
    expect(line).toMatchObject({
      level: 'error',
      organizationId,
      route: '/v1/conversations',
      err: { cause: { code: '42P01' } },
    });
  } finally {
    await world.asOwner((client) => client.query('alter table hidden rename to conversations'));
  }
});
