import type { Client } from 'pg';
import type { EngineWorld } from '../../test/support/engine-world';
import type { ScriptedCall } from '../../test/support/scripted-channel';
import { waitFor } from '../../test/support/wait-for';
import { asOrganization } from '../stack/database-hold';
import type { Life } from './life';

const SETTLE_LIMIT_MS = 120_000;

interface DeliveryFacts {
  id: string;
  status: string;
}

/** What of a call the invariants look at. */
interface SeenCall {
  at: Date;
  nudge: Pick<ScriptedCall['nudge'], 'step' | 'deliveryId'>;
}

/** The invariants of the design, over lives that are over: by what the providers saw and by what the tables say. */
export async function invariants(world: EngineWorld, lives: readonly Life[]) {
  const found = { failures: [] as string[], sent: 0, unknown: 0 };
  for (const organizationId of new Set(lives.map((life) => life.organizationId))) {
    const client = await asOrganization(world.databaseUrl, organizationId);
    try {
      const own = lives.filter((life) => life.organizationId === organizationId);
      await ofOrganization(world, client, own, found);
    } finally {
      await client.end();
    }
  }
  return found;
}

async function ofOrganization(
  world: EngineWorld,
  client: Client,
  lives: readonly Life[],
  found: { failures: string[]; sent: number; unknown: number },
): Promise<void> {
  found.failures.push(...(await waitUntilOver(client, lives)));
  const { rows: deliveries } = await client.query<DeliveryFacts>('select id, status from deliveries');
  const ids = new Set(lives.map(({ conversationId }) => conversationId));
  const calls = [...world.webhook.calls, ...world.email.calls].filter(({ nudge }) =>
    ids.has(nudge.conversationId),
  );
  for (const life of lives) {
    const seen = calls.filter(({ nudge }) => nudge.conversationId === life.conversationId);
    found.failures.push(...ofLife(life, seen));
  }
  found.failures.push(...ofDeliveries(deliveries, calls), ...(await ofCounters(client)));
  const count = (status: string) => deliveries.filter((row) => row.status === status).length;
  found.sent += count('sent');
  found.unknown += count('unknown');
}

/** Lives that break each promise: throws unless each is named. Invariants that see no fault prove nothing. */
export function plantBrokenLives(): void {
  const at = new Date(1_000);
  const call = (deliveryId: string) => ({ at, nudge: { step: 1, deliveryId } });
  const life = { organizationId: 'o', conversationId: 'planted', channel: 'webhook', reply: null } as const;
  const reply = { externalId: 'r', acknowledgedAt: 999, inFlight: [] };
  const planted: [Life, SeenCall[], number][] = [
    [life, [call('a')], 0],
    [life, [call('a'), call('a')], 0],
    [life, [call('a'), call('b')], 1],
    [{ ...life, channel: 'email' }, [call('a'), call('a')], 1],
    [{ ...life, reply }, [call('a')], 1],
    [{ ...life, reply: { ...reply, inFlight: ['a'] } }, [call('a')], 0],
  ];
  for (const [broken, calls, faults] of planted) {
    const seen = ofLife(broken, calls);
    if (seen.length !== faults)
      throw new Error(`the invariants are blind: ${seen.join(', ') || 'nothing'} seen`);
  }
}

async function waitUntilOver(client: Client, lives: readonly Life[]): Promise<string[]> {
  const ids = lives.map(({ conversationId }) => conversationId);
  const open = async () => {
    const { rows } = await client.query<{ id: string; stage: string }>(
      `select id, stage from conversations where id = any($1::uuid[]) and stop_reason is null`,
      [ids],
    );
    return rows;
  };
  const pending = async () => (await client.query('select 1 from outbox')).rows.length;
  const isOver = async () => (await open()).length === 0 && (await pending()) === 0;
  await waitFor('all lives to be over', isOver, SETTLE_LIMIT_MS).catch(() => undefined);
  const [left, rows] = [await open(), await pending()];
  return [
    ...left.map(({ id, stage }) => `${id} stays open for ever (${stage})`),
    ...(rows > 0 ? [`${rows} outbox rows are left`] : []),
  ];
}

function ofLife({ conversationId, channel, reply }: Life, calls: SeenCall[]): string[] {
  const failures: string[] = [];
  const steps = new Map<number, SeenCall[]>();
  for (const call of calls) steps.set(call.nudge.step, [...(steps.get(call.nudge.step) ?? []), call]);
  for (const [step, ofStep] of steps) {
    const keys = new Set(ofStep.map(({ nudge }) => nudge.deliveryId));
    if (keys.size > 1) failures.push(`${conversationId} step ${step} was sent under ${keys.size} keys`);
    if (channel === 'email' && ofStep.length > 1) {
      failures.push(`${conversationId} step ${step}: ${ofStep.length} mails`);
    }
  }
  if (reply !== null) {
    const late = calls.filter(
      ({ at, nudge }) => at.getTime() > reply.acknowledgedAt && !reply.inFlight.includes(nudge.deliveryId),
    );
    if (late.length > 0) failures.push(`${conversationId} was nudged after its reply`);
  }
  return failures;
}

function ofDeliveries(deliveries: DeliveryFacts[], calls: SeenCall[]): string[] {
  const called = new Set(calls.map(({ nudge }) => nudge.deliveryId));
  const known = new Set(deliveries.map(({ id }) => id));
  return [
    ...deliveries.filter(({ status }) => status === 'claimed').map(({ id }) => `${id} stays claimed`),
    ...deliveries
      .filter(({ id, status }) => status === 'sent' && !called.has(id))
      .map(({ id }) => `${id} is called sent and was not`),
    ...[...called].filter((id) => !known.has(id)).map((id) => `${id} was sent and is not known`),
  ];
}

async function ofCounters(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ id: string; counted: number; sent: number }>(
    `select e.conversation_id as id, e.nudges_sent as counted, count(d.id)::int as sent
    from episodes e left join deliveries d
      on d.conversation_id = e.conversation_id and d.episode = e.number and d.status = 'sent'
    group by e.conversation_id, e.number, e.nudges_sent having e.nudges_sent <> count(d.id)`,
  );
  const { rows: doubled } = await client.query<{ id: string }>(
    'select external_id as id from messages where external_id is not null group by external_id having count(*) > 1',
  );
  return [
    ...rows.map(({ id, counted, sent }) => `${id} counts ${counted} nudges, ${sent} were sent`),
    ...doubled.map(({ id }) => `the word ${id} is stored twice`),
  ];
}
