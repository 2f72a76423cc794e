import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { waitFor } from '../../test/support/wait-for';
import { outages, type Outage } from '../outage/outages';
import type { Proof, ProofContext, ProofResult } from '../proof';
import { createRandom } from '../random';
import type { Stack } from '../stack/start-stack';
import type { ProofTenant } from '../stack/tenant';
import { withStack } from '../stack/with-stack';
import { createBoard, type Subject } from './board';
import { createOrder, operate, runClient } from './client';
import { judgeHistories } from './judge-histories';
import { plantBrokenAnswers } from './plant-broken-answers';
import { createLine, LADDER, type Line } from './request';

const CLIENTS = 8;
/** Conversations in use at a time: clients must meet. */
const PLACES = 3;
const SIZES = {
  small: { outageMs: 3_000, betweenMs: 1_500, rounds: 1 },
  large: { outageMs: 10_000, betweenMs: 5_000, rounds: 2 },
} as const;
const OF_THE_SMALL_FORM = [
  'all connections to PostgreSQL are killed, again and again',
  'Temporal is stopped',
];
const READY_LIMIT_MS = 30_000;
/** A nudge, and the wait after it. */
const LIFE_MS = 1_000;

export const historiesProof: Proof = {
  name: 'histories',
  promise: 'whatever eight clients at once are answered, there is an order in which it happened',
  run: (context) => withStack(context, {}, (stack) => runHistories(stack, context)),
};

async function runHistories(stack: Stack, context: ProofContext): Promise<ProofResult> {
  const tenant = await stack.tenant();
  await tenant.must('PUT', '/v1/sequences/histories', LADDER);
  const line = createLine(stack.apiUrl, tenant.apiKey);
  const board = createBoard(context.random, PLACES);
  const nextPlace = createOrder();
  let over = false;
  const clients = Array.from({ length: CLIENTS }, (_, client) =>
    runClient({
      ...{ client, line, board, nextPlace, isOver: () => over },
      random: createRandom(context.seed + client + 1),
    }),
  );
  try {
    await sufferOutages(stack, context);
  } finally {
    over = true;
    await Promise.all(clients);
  }
  const subjects = board.all();
  await readAtLast(stack, line, context, subjects, nextPlace);
  const gone = await acknowledgedAndGone(tenant, subjects);
  await line.close();
  return judge(stack, context, subjects, gone);
}

async function sufferOutages(stack: Stack, context: ProofContext): Promise<void> {
  const { outageMs, betweenMs, rounds } = SIZES[context.size];
  const all: [string, Outage][] = Object.entries(outages(stack));
  const chosen = context.size === 'large' ? all : all.filter(([name]) => OF_THE_SMALL_FORM.includes(name));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, cause] of chosen) {
      await pause(betweenMs);
      context.say(`${outageMs / 1000} s: ${name}`);
      await cause(outageMs);
    }
  }
  await pause(betweenMs);
}

/** A last look at each, when everything is back: it must agree with all that was said before. */
async function readAtLast(
  { apiUrl }: Stack,
  line: Line,
  { random }: ProofContext,
  subjects: readonly Subject[],
  nextPlace: () => number,
): Promise<void> {
  const isReady = async () => (await fetch(`${apiUrl}/readyz`)).ok;
  await waitFor('the API to be ready again', isReady, READY_LIMIT_MS);
  await pause(LIFE_MS);
  const options = { client: CLIENTS, line, random, nextPlace };
  for (const subject of subjects) {
    if (subject.id === null) continue;
    const readUntilHeard = async () => (await operate(options, subject, { kind: 'read' })).outcome === 'ok';
    await waitFor('a last read', readUntilHeard, READY_LIMIT_MS);
  }
}

const timelinePage = z.object({
  items: z.array(z.object({ type: z.string(), id: z.string() })),
  nextCursor: z.string().nullable(),
});

/** Words that were acknowledged with a 2xx and that no timeline has, or has twice. */
async function acknowledgedAndGone(tenant: ProofTenant, subjects: readonly Subject[]): Promise<string[]> {
  const gone: string[] = [];
  for (const { id, externalId, history } of subjects) {
    if (id === null) continue;
    const stored = await storedWords(tenant, id);
    for (const { messageId, said } of history) {
      const times = stored.filter((word) => word === messageId).length;
      if (messageId !== null && times !== 1)
        gone.push(`${externalId}: "${said}" was acknowledged and is there ${times} times`);
    }
  }
  return gone;
}

async function storedWords(tenant: ProofTenant, id: string): Promise<string[]> {
  const words: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor === '' ? 'limit=200' : `limit=200&cursor=${encodeURIComponent(cursor)}`;
    const { status, text } = await tenant.call('GET', `/v1/conversations/${id}/timeline?${query}`);
    if (status !== 200) throw new Error(`the timeline was answered ${status}`);
    const page = timelinePage.parse(JSON.parse(text));
    words.push(...page.items.filter(({ type }) => type === 'message').map((item) => item.id));
    cursor = page.nextCursor;
  }
  return words;
}

async function judge(
  stack: Stack,
  { say }: ProofContext,
  subjects: readonly Subject[],
  gone: readonly string[],
): Promise<ProofResult> {
  const histories = subjects.map(({ history }) => history);
  say(plantBrokenAnswers(histories));
  const operations = histories.flat();
  const count = (outcome: string) => operations.filter((operation) => operation.outcome === outcome).length;
  const { doubledSteps } = await stack.judge.stats();
  return {
    figures: {
      'clients, conversations': `${CLIENTS}, ${subjects.length}`,
      operations: operations.length,
      'answered, unknown': `${count('ok')}, ${count('info')}`,
      'longest history': Math.max(...histories.map(({ length }) => length)),
      'most at once': Math.max(...histories.map(mostAtOnce)),
      'nudges that arrived beside them': (await stack.judge.stats()).http.acceptedKeys,
    },
    failures: [
      ...judgeHistories(histories),
      ...gone,
      ...doubledSteps.map((step) => `${step} was sent twice`),
      ...(count('info') === 0 ? ['no request was left unknown: the outages proved nothing'] : []),
    ],
  };
}

/** Requests for one conversation that were under way at one moment. */
function mostAtOnce(history: Subject['history']): number {
  const under = history.map(
    ({ invoked }) =>
      history.filter((other) => other.invoked <= invoked && (other.answered ?? Infinity) > invoked).length,
  );
  return Math.max(...under);
}
