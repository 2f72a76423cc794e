import { request } from 'undici';
import { judge, type Planned } from '../judge';
import { arrived, newPrefix, type Arena } from './arena';

const JOBS = 6;
const DUE_IN_MS = 1_500;
const LIMIT_MS = 20_000;

/**
 * A tiny run with a loss, a duplicate, an early send and one after a reply planted in it. Throws unless the judge finds
 * these four and nothing else: a judge that sees nothing would find every engine perfect.
 */
export async function plantAndSee({ engine, sink }: Arena): Promise<void> {
  const prefix = newPrefix('plant');
  const dueAt = Date.now() + DUE_IN_MS;
  const planned: Planned[] = Array.from({ length: JOBS }, (_, index) => ({ id: `${prefix}${index}`, dueAt }));
  const [lost, doubled, early, replied] = planned;
  if (!lost || !doubled || !early || !replied) throw new Error('too few jobs to plant in');
  await Promise.all(planned.filter((plan) => plan !== lost).map((plan) => engine.schedule({ ...plan })));
  early.dueAt = dueAt + 60_000;
  replied.repliedAt = dueAt - 60_000;
  if (!(await arrived(sink, prefix, JOBS - 1, LIMIT_MS))) {
    throw new Error(`${engine.name}: the tiny run did not arrive within ${LIMIT_MS / 1000} s`);
  }
  await post(sink.url, doubled.id);

  const verdict = judge(planned, await sink.arrivals(prefix), prefix);
  const found = {
    lost: verdict.lost,
    sentTwice: verdict.sentTwice,
    acceptedTwice: verdict.acceptedTwice,
    early: verdict.early,
    afterReply: verdict.afterReply,
    unknown: verdict.unknown,
  };
  const expected = {
    lost: [lost.id],
    sentTwice: [doubled.id],
    acceptedTwice: [doubled.id],
    early: [early.id],
    afterReply: [replied.id],
    unknown: [],
  };
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(
      `the judge is blind: planted ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`,
    );
  }
}

/** What a second delivery looks like: the same id, no key. */
async function post(url: string, id: string): Promise<void> {
  const { body } = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id }),
  });
  await body.dump();
}
