import { Client } from 'pg';
import { inOrganization } from '../../src/db/client';
import { episodeRef } from '../../src/services/conversation/thread';
import { deliverEpisode } from '../../src/services/outbox/deliver-episode';
import { readPressure, leaseRows } from '../../src/services/outbox/outbox-queue';
import { scriptedEngine } from '../support/scripted-engine';
import { createVerbWorld, type VerbWorld } from '../support/verb-world';

const MANY = 10_000;
/** Tables that grow with use; organizations, sequences, channels and templates stay small. */
const GROWING = ['contacts', 'conversations', 'episodes', 'messages', 'nudges', 'deliveries', 'decisions'];

let world: VerbWorld;
beforeAll(async () => {
  world = await createVerbWorld();
});
afterAll(() => world.close());

async function fill(organizationId: string): Promise<void> {
  const owner = new Client({ connectionString: world.url });
  await owner.connect();
  try {
    await owner.query(`set role followthrough_app; set app.organization_id = '${organizationId}'`);
    await owner.query(
      `insert into contacts (organization_id, id, external_id, email, phone, created_at, updated_at)
       select $1, gen_random_uuid(), case when n % 2 = 0 then 'c' || n end, n || '@example.com', '+44' || n, now(), now()
       from generate_series(1, ${MANY}) n`,
      [organizationId],
    );
    await owner.query(
      `insert into conversations
         (organization_id, id, external_id, contact_id, channel, sequence_name, stage, episode, created_at, updated_at)
       select organization_id, gen_random_uuid(), 'x' || phone, id, 'webhook', 'default', 'new', 1, now(), now()
       from contacts where organization_id = $1`,
      [organizationId],
    );
    await owner.query(
      `insert into episodes (organization_id, conversation_id, number, sequence_id, state, opened_at, anchor_at,
         next_kind, next_step, next_due_at, revision, updated_at)
       select organization_id, id, 1, (select id from sequences where organization_id = $1 limit 1), 'waiting',
         now(), now(), 'nudge', 1, now() + interval '1 day', 1, now()
       from conversations where organization_id = $1`,
      [organizationId],
    );
    await owner.query(
      `insert into messages (organization_id, id, conversation_id, episode, external_id, direction, author, sent_at, created_at)
       select organization_id, gen_random_uuid(), id, 1, external_id, 'outbound', 'agent', now(), now()
       from conversations where organization_id = $1`,
      [organizationId],
    );
    await owner.query(
      `insert into nudges (organization_id, id, conversation_id, episode, step, stage, body, created_at)
       select organization_id, gen_random_uuid(), id, 1, 1, 'followup_10m', 'Hello', now()
       from conversations where organization_id = $1`,
      [organizationId],
    );
    await owner.query(
      `insert into deliveries (organization_id, id, conversation_id, episode, step, contact_id, channel, status, fence,
         due_at, claimed_at, deadline_at, call_open, unanswered, attempts, updated_at)
       select organization_id, gen_random_uuid(), id, 1, 1, contact_id, 'webhook', 'sent', 1,
         now(), now(), now(), false, false, 1, now()
       from conversations where organization_id = $1`,
      [organizationId],
    );
    await owner.query('reset role; analyze');
  } finally {
    await owner.end();
  }
}

/** The plan that serves every call, whatever its values: what PostgreSQL keeps after some calls. */
async function genericPlans(organizationId: string): Promise<Map<string, string>> {
  return inOrganization(world.database, organizationId, async (tx) => {
    await tx.execute("set local plan_cache_mode = 'force_generic_plan'");
    const { rows } = await tx.execute<{ name: string; parameters: number }>(
      'select name, cardinality(parameter_types) as parameters from pg_prepared_statements',
    );
    const plans = new Map<string, string>();
    for (const { name, parameters } of rows) {
      const values = Array.from({ length: parameters }, () => 'null').join(', ');
      const plan = await tx.execute<Record<string, string>>(
        `explain execute ${name}${parameters > 0 ? `(${values})` : ''}`,
      );
      plans.set(name, plan.rows.map((line) => Object.values(line).join('')).join('\n'));
    }
    return plans;
  });
}

test('no statement of a create, its delivery, a reply or a send reads a whole table', async () => {
  const organizationId = await world.seed();
  await fill(organizationId);
  const thread = await world.create(organizationId, { externalId: 'crm-1' });
  const engine = scriptedEngine().client;
  await deliverEpisode({ database: world.database, engine, mayStart: () => true }, episodeRef(thread));
  await world.send(thread);
  await world.say(thread, { externalId: 'm-1' });
  await leaseRows(world.system, [0, 1], 10);
  await readPressure(world.system);

  const plans = await genericPlans(organizationId);
  expect(plans.size).toBeGreaterThanOrEqual(22);
  const whole = new RegExp(`Seq Scan on (${GROWING.join('|')})\\b`);
  const readers = [...plans].filter(([, plan]) => whole.test(plan)).map(([name, plan]) => `${name}\n${plan}`);
  expect(readers).toEqual([]);
});
