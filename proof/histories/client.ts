import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../random';
import type { Board, Subject } from './board';
import type { Action, Operation } from './operation';
import { hear, requestFor, type Heard, type Line, type Reply } from './request';

/** The one order of all beginnings and ends of this process. */
export function createOrder(): () => number {
  let place = 0;
  return () => ++place;
}

interface ClientOptions {
  client: number;
  line: Line;
  board: Board;
  random: Random;
  nextPlace(): number;
  /** No new operation begins after this. */
  isOver(): boolean;
}

const AGAIN_MS = 300;
const GIVE_UP_AFTER_MS = 20_000;
const LONGEST_PAUSE_MS = 150;
/** Of all requests: the client hangs up before the answer can have come. */
const HANGS_UP = 0.03;
/** Of all requests whose fate is unknown: not repeated. */
const LEAVES_IT = 0.25;

/** Asks one thing after another until it is over, and writes down what it asked and what it heard. */
export async function runClient(options: ClientOptions): Promise<void> {
  const { random, board, isOver } = options;
  while (!isOver()) {
    await operate(options, board.pick());
    await pause(random.between(0, LONGEST_PAUSE_MS));
  }
}

export async function operate(
  options: Pick<ClientOptions, 'client' | 'line' | 'random' | 'nextPlace'>,
  subject: Subject,
  chosen?: Action,
): Promise<Operation> {
  const { client, random, nextPlace } = options;
  const action = chosen ?? chooseAction(random, subject.id === null);
  const from = Date.now();
  const invoked = nextPlace();
  const { outcome, said, heard } = await askUntilKnown(options, action, subject);
  subject.id ??= heard?.conversationId ?? null;
  const operation: Operation = {
    ...{ conversation: subject.externalId, client, action, invoked },
    answered: outcome === 'info' ? null : nextPlace(),
    ...{ outcome, answer: heard?.answer ?? null, messageId: heard?.messageId ?? null },
    ...{ from, to: Date.now(), said },
  };
  subject.history.push(operation);
  return operation;
}

interface Ending {
  outcome: Operation['outcome'];
  said: string;
  heard: Heard | null;
}

/** Repeats under the same key what nobody answered for certain, as a good client does; now and then it gives up. */
async function askUntilKnown(
  { line, random }: Pick<ClientOptions, 'line' | 'random'>,
  action: Action,
  subject: Subject,
): Promise<Ending> {
  const key = randomBytes(12).toString('hex');
  const request = requestFor(action, subject);
  const until = Date.now() + GIVE_UP_AFTER_MS;
  for (let isFirst = true; ; isFirst = false) {
    const hangUp = random.next() < HANGS_UP ? [random.between(1, 30)] : [];
    const reply = await line.ask(request, key, ...hangUp).catch((error: unknown) => String(error));
    const ending = endingOf(action, reply);
    if (ending.outcome === 'ok' || (ending.outcome === 'fail' && isFirst)) return ending;
    // A refusal now does not tell what became of the request before.
    if (ending.outcome === 'fail' || Date.now() >= until || random.next() < LEAVES_IT) {
      return { ...ending, outcome: 'info' };
    }
    await pause(AGAIN_MS);
  }
}

/** An answer of ours is certain when it is a 2xx or a refusal; 409 says that an earlier request may still run. */
function endingOf(action: Action, reply: Reply | string): Ending {
  if (typeof reply === 'string') return { outcome: 'info', said: reply, heard: null };
  const { status, text } = reply;
  if (status >= 500 || status === 409) return { outcome: 'info', said: `${status}`, heard: null };
  if (status >= 300) return { outcome: 'fail', said: `${status} ${text.slice(0, 200)}`, heard: null };
  const heard = hear(action, reply);
  const { effect, seen } = heard.answer;
  const stands = seen.running ? 'running' : `ended (${seen.reason})`;
  return {
    outcome: 'ok',
    said: `${status} ${effect}: ${seen.stage}, episode ${seen.episode} ${stands}`,
    heard,
  };
}

const FINAL = ['closed_lost', 'closed_won', 'handed_off', 'opted_out'] as const;

function chooseAction(random: Random, isUnknown: boolean): Action {
  const chance = random.next();
  const sentAt = Date.now();
  if (isUnknown || chance < 0.06) return { kind: 'create', sentAt };
  if (chance < 0.32) return { kind: 'read' };
  if (chance < 0.65) return { kind: 'outbound', sentAt };
  if (chance < 0.9) return { kind: 'inbound', sentAt };
  return { kind: 'stop', reason: random.next() < 0.6 ? 'cancelled' : random.pick(FINAL) };
}
