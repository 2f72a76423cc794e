import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { z } from 'zod';
import { startApi } from '../../src/api/server';
import { conversationOut } from '../../src/contracts/http/conversation';
import { createLogger } from '../../src/platform/logger';
import { createApiWorld, read, tenantOf } from '../support/api-world';
import { createConversation } from '../support/conversation-requests';
import { createTestDatabase } from '../support/database';
import { testEnvironment } from '../support/environment';
import { runScript } from '../support/script-process';
import { waitFor } from '../support/wait-for';

const listening = z.object({ msg: z.literal('API is listening'), port: z.int() });

/** Until the client rolls back, whatever is asked of the contact's conversations waits. */
async function holdContact(client: Client, organizationId: string, contactId: string): Promise<void> {
  await client.query(
    `begin; set local role followthrough_app; set local app.organization_id = '${organizationId}'`,
  );
  await client.query('select 1 from contacts where id = $1 for update', [contactId]);
}

const requestWaits = (client: Client) =>
  waitFor('the request to wait for the lock', async () => {
    const { rows } = await client.query(
      "select 1 from pg_locks where not granted and locktype = 'transactionid'",
    );
    return rows.length > 0;
  });

const doorShut = (knock: () => Promise<unknown>) =>
  waitFor('the door to be shut', () =>
    knock().then(
      () => false,
      () => true,
    ),
  );

describe('closing', () => {
  test('a request in flight is answered, and nothing new is taken', async () => {
    const world = await createApiWorld();
    const tenant = await world.tenant();
    const { id, contact } = await createConversation(tenant);
    let closing: Promise<void> | undefined;
    const answer = await world.asOwner(async (client) => {
      await holdContact(client, tenant.organizationId, contact.id);
      const running = tenant.post(`/v1/conversations/${id}/pause`);
      await requestWaits(client);
      closing = world.close();
      await doorShut(() => world.call('GET', '/healthz'));
      await client.query('rollback');
      return running;
    });
    expect(read(answer, 200, conversationOut).episode?.state).toBe('paused');
    await closing;
  });

  test('an idle connection that a client keeps does not hold it up', async () => {
    const world = await createApiWorld();
    await world.call('GET', '/healthz');
    const closed = world.close().then(() => 'closed');
    expect(await Promise.race([closed, pause(5_000, 'still open', { ref: false })])).toBe('closed');
  });
});

test('a port that is taken is an error, and leaves nothing open behind', async () => {
  const world = await createApiWorld();
  const ofApi = "application_name = 'followthrough-api' and datname = current_database()";
  const connections = () =>
    world.asOwner(
      async (client) => (await client.query(`select 1 from pg_stat_activity where ${ofApi}`)).rows.length,
    );
  try {
    await world.call('GET', '/readyz');
    const before = await connections();
    const config = { ...world.config, port: world.api.port };
    await expect(startApi(config, createLogger('silent'))).rejects.toThrow('EADDRINUSE');
    await waitFor('its connections to go', async () => (await connections()) <= before);
  } finally {
    await world.close();
  }
});

describe('the process', () => {
  test('names every wrong setting at once and exits with 1', async () => {
    const bad = {
      DATABASE_URL: 'nowhere',
      TEMPORAL_ADDRESS: '',
      PUBLIC_URL: '',
      ENCRYPTION_KEY: 'hunter2',
      TIME_MACHINE: 'yes',
    };
    const run = runScript('src/api/server.ts', [], bad);
    await expect(run.firstLine).rejects.toThrow(
      /DATABASE_URL[^]*TEMPORAL_ADDRESS[^]*PUBLIC_URL[^]*ENCRYPTION_KEY[^]*TIME_MACHINE/,
    );
    await expect(run.firstLine).rejects.not.toThrow(/hunter2|nowhere/);
    expect(await run.ended).toBe('1');
  }, 60_000);

  const processOf = (databaseUrl: string) =>
    runScript('src/api/server.ts', [], {
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: testEnvironment('TEST_TEMPORAL_ADDRESS'),
      PUBLIC_URL: 'http://127.0.0.1',
      ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
      HOST: '127.0.0.1',
      PORT: '0',
    });

  test('says that it listens, and on SIGTERM ends with 0', async () => {
    const database = await createTestDatabase();
    const run = processOf(database.url);
    expect(JSON.parse(await run.firstLine)).toMatchObject({ level: 'info', msg: 'API is listening' });
    run.process.kill('SIGTERM');
    expect(await run.ended).toBe('0');
    await database.drop();
  }, 60_000);

  test('on SIGTERM answers the request in flight, and then ends with 0', async () => {
    const world = await createApiWorld();
    const run = processOf(world.config.databaseUrl);
    try {
      const tenant = await world.tenant();
      const { organizationId, key } = tenant;
      const { id, contact } = await createConversation(tenant);
      const { port } = listening.parse(JSON.parse(await run.firstLine));
      const there = tenantOf({ ...world.api, url: `http://127.0.0.1:${port}` }, organizationId, key);
      const answer = await world.asOwner(async (client) => {
        await holdContact(client, organizationId, contact.id);
        const running = there.post(`/v1/conversations/${id}/pause`).catch((error: unknown) => error);
        await requestWaits(client);
        run.process.kill('SIGTERM');
        await doorShut(() => there.get('/healthz'));
        await client.query('rollback');
        return running;
      });
      expect(answer).toMatchObject({ status: 200, body: { episode: { state: 'paused' } } });
      expect(await run.ended).toBe('0');
    } finally {
      run.process.kill('SIGKILL');
      await world.close();
    }
  }, 60_000);
});
