import { sql } from 'drizzle-orm';
import { randomUUID } from 'node:crypto';
import { inOrganization, type Tx } from '../../src/db/client';
import { together } from '../../src/db/together';
import { lockThread } from '../../src/services/conversation/thread';
import { untilBlocked } from '../support/blocked-statements';
import { roundTripsOf } from '../support/statements';
import { createVerbWorld, type VerbWorld } from '../support/verb-world';

let world: VerbWorld;
beforeAll(async () => {
  world = await createVerbWorld();
});
afterAll(() => world.close());

const inAny = <T>(work: (tx: Tx) => Promise<T>) => inOrganization(world.database, randomUUID(), work);
const value = async (tx: Tx, expression: string) => {
  const { rows } = await tx.execute<{ value: unknown }>(sql.raw(`select ${expression} as value`)).execute();
  return rows[0]?.value;
};
const makeTable = (tx: Tx) => tx.execute(sql`create temporary table seen (n int) on commit drop`);
const insert = (tx: Tx, n: string) => tx.execute(sql.raw(`insert into seen values (${n})`)).execute();
const count = (tx: Tx) => value(tx, '(select count(*)::int from seen)');

test('statements sent together are one round trip, and each sees what those before it did', async () => {
  const seen = await inAny(async (tx) => {
    await makeTable(tx);
    let counts: unknown;
    const trips = await roundTripsOf(async () => {
      const [, first, , second] = await together([insert(tx, '1'), count(tx), insert(tx, '2'), count(tx)]);
      counts = [first, second];
    });
    return { counts, trips };
  });
  expect(seen).toEqual({ counts: [1, 2], trips: 1 });
});

test('the connections of a pool send without waiting for answers', async () => {
  const client = await world.database.pool.connect();
  expect(client.pipeline).toBe(true);
  client.release();
});

test('the first error is thrown, once all are answered: nothing runs on after the rollback', async () => {
  const sent = ['1', '1/0', '2'];
  const failing = inAny((tx) => together(sent.map((expression) => value(tx, expression))));
  await expect(failing).rejects.toMatchObject({ cause: { message: 'division by zero' } });

  let answer: () => void = () => undefined;
  const unanswered = new Promise<void>((resolve) => (answer = resolve));
  let thrown: unknown;
  const both = together([Promise.reject(new Error('first')), unanswered]).catch(
    (error: unknown) => void (thrown = error),
  );
  await inAny((tx) => value(tx, '1'));
  expect(thrown).toBeUndefined();
  answer();
  await both;
  expect(thrown).toEqual(new Error('first'));
});

test('a query builder, which would be sent late and twice, is refused', async () => {
  await inAny(async (tx) => {
    await expect(together([tx.execute(sql`select 1`)])).rejects.toThrow('call its execute()');
  });
});

test('a prepared statement that failed with those before it works the next time', async () => {
  const organizationId = await world.seed();
  const thread = await world.create(organizationId);
  const failing = () =>
    world.once(organizationId, (ctx) =>
      together([value(ctx.tx, '1/0'), lockThread(ctx, thread.conversation.id)]),
    );
  // On every connection of the pool, new ones among them.
  const failed = await Promise.allSettled(Array.from({ length: 24 }, failing));
  expect(failed.map(({ status }) => status)).toEqual(Array.from({ length: 24 }, () => 'rejected'));
  await Promise.all(
    Array.from({ length: 24 }, () =>
      world.once(organizationId, (ctx) => lockThread(ctx, thread.conversation.id)),
    ),
  );
});

test('what is read behind a lock is what stands once the lock is held', async () => {
  const organizationId = await world.seed();
  const { id, fence } = (await world.create(organizationId)).conversation;
  let reading: Promise<number> | undefined;
  await world.verb(organizationId, async (ctx) => {
    await lockThread(ctx, id);
    reading = world.verb(organizationId, async (other) => (await lockThread(other, id)).conversation.fence);
    await untilBlocked(world.database);
    await ctx.tx.execute(sql`update conversations set fence = fence + 1 where id = ${id}`);
  });
  expect(await reading).toBe(fence + 1);
});
