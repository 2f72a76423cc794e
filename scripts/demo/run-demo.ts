import { choosePort } from '../embedded/choose-port';
import { createPaint } from '../embedded/paint';
import type { Progress } from '../embedded/progress';
import type { ShutdownStack } from '../embedded/shutdown-stack';
import { createApiClient, type ApiClient } from './api-client';
import { BUSINESS, DAYTIME, NIGHT_LADDER, NIGHT_SEQUENCE, OPTED_OUT, SENDER } from './business';
import { runChecks } from './checks';
import { collectFacts } from './collect-facts';
import type { DemoFacts } from './facts';
import { createInbox, type Inbox } from './inbox';
import { invitation } from './invitation';
import { dayPart } from './local-time';
import { play, type Scene } from './play';
import { readExamples, type Examples } from './read-examples';
import { report, verdict } from './report';
import { startEngine, type Engine } from './start-engine';
import { startSmtpReceiver } from './smtp-receiver';
import { startWebhookReceiver, type Receiver } from './webhook-receiver';

export interface DemoOptions {
  /** 0 = any free one. */
  port: number;
  isJson: boolean;
  staysUp: boolean;
  progress: Progress;
  stack: ShutdownStack;
}

interface Receivers {
  phones: Receiver;
  mailboxes: Receiver;
  /** The webhooks' secret, once it is known. */
  setSecret(secret: string): void;
}

const PIPE_WIDTH = 120;

/** Plays the whole demo and prints what happened. True when every promise was kept; what it started still runs then. */
export async function runDemo({ port, isJson, staysUp, progress, stack }: DemoOptions): Promise<boolean> {
  const startedAt = Date.now();
  const chosen = await choosePort(port, '127.0.0.1', 'demo');
  const examples = readExamples();
  const inbox = createInbox();
  // Before the engine, so that they are closed after it.
  const receivers = await startReceivers(inbox, stack);
  const engine = await startEngine(chosen, progress, stack);
  const api = createApiClient(engine.url, engine.apiKey);
  await progress.step('Channels, send window, a ladder for night desks', () => prepare(api, receivers));
  const facts = await tell(api, examples, inbox, progress);
  const checks = runChecks(facts);
  const passed = checks.every(({ holds }) => holds);
  const tookSeconds = (Date.now() - startedAt) / 1000;
  const paint = createPaint(process.stdout);
  if (isJson) {
    const { url, apiKey, organizationId, temporalUi } = engine;
    const addresses = { api: url, apiKey, organizationId, temporalUi };
    process.stdout.write(
      `${JSON.stringify({ passed, tookSeconds, checks, ...facts, ...addresses }, null, 2)}\n`,
    );
  } else {
    process.stdout.write(report(facts, checks, process.stdout.columns ?? PIPE_WIDTH, paint));
    process.stdout.write(verdict(passed, tookSeconds, paint));
  }
  if (staysUp) stay(engine, inbox, isJson ? process.stderr : process.stdout);
  return passed;
}

async function startReceivers(inbox: Inbox, stack: ShutdownStack): Promise<Receivers> {
  let secret = '';
  const phones = await startWebhookReceiver(inbox, () => secret);
  stack.add(phones.close);
  const mailboxes = await startSmtpReceiver(inbox);
  stack.add(mailboxes.close);
  return { phones, mailboxes, setSecret: (known) => void (secret = known) };
}

/** All that a business sets up before its first message. */
async function prepare(api: ApiClient, { phones, mailboxes, setSecret }: Receivers): Promise<void> {
  setSecret((await api.configureWebhook(phones.url)).secret);
  await api.configureEmail(SENDER, mailboxes.url);
  await api.changeOrganization({ sendWindow: DAYTIME });
  await api.publishSequence(NIGHT_SEQUENCE, NIGHT_LADDER);
  const { contact } = await api.createConversation(OPTED_OUT);
  await api.optOut(contact.id);
}

/** Imports the file and plays its conversations to the end. */
async function tell(
  api: ApiClient,
  examples: Examples,
  inbox: Inbox,
  progress: Progress,
): Promise<DemoFacts> {
  const imported = await progress.step('Import of examples/conversations.csv', () =>
    api.importCsv(examples.csv),
  );
  progress.note(`    ${imported.accepted} rows accepted, ${imported.rejected} rejected`);
  const addresses = new Map(examples.rows.map(({ externalId, address }) => [externalId, address]));
  const conversations = await api.conversations();
  const played = await progress.step('Their days and nights, skipped through', () =>
    play({
      api,
      conversations: conversations.filter(({ externalId }) => addresses.has(externalId ?? '')),
      replies: examples.replies,
      countArrivals: (externalId) => inbox.all().filter(({ to }) => to === addresses.get(externalId)).length,
      sceneOf: (at) => dayPart(at, BUSINESS.timeZone),
      onScene: (scene) => progress.note(sceneLine(scene)),
    }),
  );
  return collectFacts({ api, examples, inbox, played, rejections: imported.rejections });
}

function sceneLine({ at, nudges, replies, ghosted, waiting }: Scene): string {
  const count = (number: number, one: string, many: string) =>
    number === 0 ? [] : [`${number} ${number === 1 ? one : many}`];
  const events = [
    ...count(nudges, 'nudge', 'nudges'),
    ...count(replies, 'answer', 'answers'),
    ...count(ghosted, 'ghosted', 'ghosted'),
  ];
  return `    ${dayPart(at, BUSINESS.timeZone).padEnd(16)} ${events.join(', ').padEnd(32)} ${waiting} still waiting`;
}

/** Says where everything is, and tells of messages that its visitors cause. */
function stay(engine: Engine, inbox: Inbox, stream: NodeJS.WriteStream): void {
  stream.write(invitation(engine, createPaint(stream)));
  inbox.listen(({ to, text }) => void stream.write(`  ✉ ${to}: ${text.replace(/\s+/g, ' ')}\n`));
}
