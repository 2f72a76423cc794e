import { setTimeout as pause } from 'node:timers/promises';
import { startApi } from '../../src/api/server';
import { conversationOut } from '../../src/contracts/http/conversation';
import { createLogger } from '../../src/platform/logger';
import { createApiWorld, read } from '../support/api-world';
import { createConversation } from '../support/conversation-requests';
import { createTestDatabase } from '../support/database';
import { testEnvironment } from '../support/environment';
import { runScript } from '../support/script-process';
import { waitFor } from '../support/wait-for';

describe('closing', () => {
  test('a request in flight is answered, and nothing new is taken', async () => {
    const world = await createApiWorld();
    const tenant = await world.tenant();
    const { id, contact } = await createConversation(tenant);
    let closing: Promise<void> | undefined;
    const answer = await world.asOwner(async (client) => {
      await client.query(
        `begin; set local role followthrough_app; set local app.organization_id = '${tenant.organizationId}'`,
      );
      await client.query('select 1 from contacts where id = $1 for update', [contact.id]);
      const running = tenant.post(`/v1/conversations/${id}/pause`);
      await waitFor('the request to wait for the lock', async () => {
        const { rows } = await client.query(
          "select 1 from pg_locks where not granted and locktype = 'transactionid'",
        );
        return rows.length > 0;
      });
      closing = world.close();
      await waitFor('the door to be shut', () =>
        world.call('GET', '/healthz').then(
          () => false,
          () => true,
        ),
      );
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

  test('says that it listens, and on SIGTERM ends with 0', async () => {
    const database = await createTestDatabase();
    const run = runScript('src/api/server.ts', [], {
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: testEnvironment('TEST_TEMPORAL_ADDRESS'),
      PUBLIC_URL: 'http://127.0.0.1',
      ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
      HOST: '127.0.0.1',
      PORT: '0',
    });
    expect(JSON.parse(await run.firstLine)).toMatchObject({ level: 'info', msg: 'API is listening' });
    run.process.kill('SIGTERM');
    expect(await run.ended).toBe('0');
    await database.drop();
  }, 60_000);
});
