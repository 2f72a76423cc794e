import { outbox } from '../../../src/db/schema';
import type { ReconcileCursor } from '../../../src/contracts/reconcile-workflow';
import { pauseConversation } from '../../../src/services/conversation/pause-conversation';
import type { EpisodeThread } from '../../../src/services/conversation/thread';
import { deliverEpisode } from '../../../src/services/outbox/deliver-episode';
import { purgeExpired } from '../../../src/services/reconcile/purge-expired';
import { reconcilePage, SETTLE_MS } from '../../../src/services/reconcile/reconcile-page';
import { scriptedEngine } from '../../support/scripted-engine';
import { createVerbWorld, DAY_MS, MINUTE_MS, type VerbWorld } from '../../support/verb-world';

let world: VerbWorld;
let organizationId: string;
let engine: ReturnType<typeof scriptedEngine>;
beforeEach(async () => {
  world = await createVerbWorld();
  organizationId = await world.seed();
  engine = scriptedEngine();
});
afterEach(() => world.close());

const page = (after: ReconcileCursor | null = null) =>
  reconcilePage(
    { system: world.system, engine: engine.client, now: world.clock.now, settleMs: SETTLE_MS },
    after,
  );
const refOf = ({ conversation, episode }: EpisodeThread) => ({
  organizationId,
  conversationId: conversation.id,
  episode: episode.number,
});
const deliver = (thread: EpisodeThread) =>
  deliverEpisode({ database: world.database, engine: engine.client, mayStart: () => true }, refOf(thread));
const running = async () => {
  const thread = await world.create(organizationId);
  await deliver(thread);
  return thread;
};
const forgetRows = () => world.verb(organizationId, ({ tx }) => tx.delete(outbox));
const rows = () => world.verb(organizationId, ({ tx }) => tx.select().from(outbox));

test('leaves what is well alone', async () => {
  await running();
  await running();
  world.clock.advance(SETTLE_MS + 1);
  expect(await page()).toEqual({ next: null, examined: 2, repaired: 0 });
  expect(await rows()).toEqual([]);
});

const HARMS: [string, () => Promise<EpisodeThread>][] = [
  [
    'whose start was lost',
    async () => {
      const thread = await world.create(organizationId);
      await forgetRows();
      return thread;
    },
  ],
  [
    'whose workflow was lost',
    async () => {
      const thread = await running();
      engine.lose(refOf(thread));
      return thread;
    },
  ],
  [
    'whose signal was lost',
    async () => {
      const thread = await running();
      await world.verb(organizationId, (ctx) => pauseConversation(ctx, thread.conversation.id));
      await forgetRows();
      return thread;
    },
  ],
];

test.each(HARMS)('an episode %s gets an outbox row, whose delivery repairs it', async (_, harm) => {
  const thread = await harm();
  world.clock.advance(SETTLE_MS + 1);
  expect(await page()).toMatchObject({ examined: 1, repaired: 1 });
  const { conversation, episode } = await world.read(thread);
  expect(await rows()).toMatchObject([{ revision: episode.revision, lane: 2 }]);
  await deliver(thread);
  expect(engine.revisionOf(refOf(thread))).toBe(conversation.fence);
  expect(await page()).toMatchObject({ repaired: 0 });
});

test('looks at nothing that was touched in the last five minutes, waits in the outbox, or has ended', async () => {
  const waiting = await world.create(organizationId);
  const ended = await world.create(organizationId);
  await world.say(ended, {});
  world.clock.advance(SETTLE_MS + 1);
  expect(await page()).toMatchObject({ examined: 0 });
  await forgetRows();
  world.clock.advance(-2);
  expect(await page()).toMatchObject({ examined: 0 });
  world.clock.advance(2);
  expect(await page()).toMatchObject({ examined: 1 });
  expect((await rows())[0]?.conversationId).toBe(waiting.conversation.id);
});

test('goes on page by page over all organizations, and sees each episode once', async () => {
  const other = await world.seed();
  const episodesIn = async (id: string, count: number) => {
    for (let i = 0; i < count; i += 1) await world.create(id);
  };
  await Promise.all([episodesIn(organizationId, 260), episodesIn(other, 260)]);
  await world.verb(organizationId, ({ tx }) => tx.delete(outbox));
  await world.verb(other, ({ tx }) => tx.delete(outbox));
  world.clock.advance(SETTLE_MS + 1);
  const first = await page();
  expect(first).toMatchObject({ examined: 500, repaired: 500 });
  const second = await page(first.next);
  expect(second).toEqual({ next: null, examined: 20, repaired: 20 });
}, 60_000);

test('forgets idempotency keys past a day, and says how many', async () => {
  const add = (key: string, ageMs: number) =>
    world.verb(organizationId, ({ tx }) => {
      const at = new Date(world.clock.now().getTime() - ageMs).toISOString();
      return tx.execute(
        `insert into idempotency_keys (organization_id, key, request_hash, status, answer, created_at)
         values ('${organizationId}', '${key}', 'h', 201, '{}', '${at}')`,
      );
    });
  await add('old', DAY_MS + 1);
  await add('young', DAY_MS - MINUTE_MS);
  expect(await purgeExpired(world.system, world.clock.now())).toEqual({ settledUnknown: 0, purgedKeys: 1 });
  const { rows: left } = await world.verb(organizationId, ({ tx }) =>
    tx.execute('select key from idempotency_keys'),
  );
  expect(left).toEqual([{ key: 'young' }]);
});
