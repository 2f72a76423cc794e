import type { Paint } from '../embedded/paint';
import type { Check } from './checks';
import type { ConversationFacts, DeliveryFacts, DemoFacts } from './facts';
import { cityOf, localTime } from './local-time';
import { KEEP, textTable, wrap, type Column } from './text-table';

const NARROWEST = 72;
const WIDEST = 150;
const HELD = '→';
const LEGEND = `${HELD} held by the send window until it opened. All times are the contact's own.`;
const SAMPLE_INDENT = ' '.repeat(6);

interface Group {
  title: string;
  members: ConversationFacts[];
}

/** The story as people read it: who got what when, who answered, where everyone ended, and whether we kept our word. */
export function report(facts: DemoFacts, checks: Check[], terminalWidth: number, paint: Paint): string {
  const width = Math.min(WIDEST, Math.max(NARROWEST, terminalWidth));
  const groups = groupsOf(facts.conversations).filter(({ members }) => members.length > 0);
  return [
    '',
    ...groups.flatMap((group) => [...groupLines(group, width, paint), '']),
    ...wrap(LEGEND, width).map(paint.dim),
    '',
    ...sampleLines(facts.conversations, width, paint),
    ...rejectedLines(facts, width, paint),
    ...checks.flatMap((check) => checkLines(check, paint)),
    '',
  ].join('\n');
}

function groupsOf(conversations: ConversationFacts[]): Group[] {
  const where = (test: (one: ConversationFacts) => boolean) => conversations.filter(test);
  const isOther = ({ stage }: ConversationFacts) => !['engaged', 'ghosted', 'opted_out'].includes(stage);
  return [
    { title: 'They answered', members: where(({ stage }) => stage === 'engaged') },
    { title: 'They asked us to stop', members: where(({ stage }) => stage === 'opted_out') },
    { title: 'They stayed silent', members: where(({ stage }) => stage === 'ghosted') },
    { title: 'Still open', members: where(isOther) },
  ];
}

function groupLines({ title, members }: Group, width: number, paint: Paint): string[] {
  const columns: Column[] = [
    { title: 'Contact', minWidth: 14, paint: paint.strong },
    { title: 'Where', minWidth: 8 },
    { title: 'Via', minWidth: 6, paint: paint.dim },
    { title: 'Heard from us', minWidth: 12, paint: paint.accent },
    { title: 'Said', minWidth: 12 },
    { title: 'Ended', minWidth: 10, paint: paint.dim },
  ];
  const heading = `${paint.strong(title)} ${paint.dim(`(${members.length})`)}`;
  return [heading, ...textTable(columns, members.map(rowOf), width, '  ')];
}

function rowOf(conversation: ConversationFacts): string[] {
  const { name, timeZone, locale, channel, reply } = conversation;
  return [
    name,
    [cityOf(timeZone).replaceAll(' ', KEEP), locale].join(' · '),
    channel === 'email' ? 'e-mail' : 'phone',
    heardOf(conversation),
    reply === null ? '–' : `${momentOf(reply.at, timeZone)} “${reply.text}”`,
    endOf(conversation),
  ];
}

/** `Mon 10:14, 13:04, → Tue 08:00`: the day is said when it changes. */
function heardOf({ deliveries, timeZone, isOldSilence }: ConversationFacts): string {
  if (deliveries.length === 0) return isOldSilence ? 'nothing: too long ago' : 'nothing';
  let lastDay = '';
  const moments = deliveries.map((delivery: DeliveryFacts) => {
    const { day, clock } = localTime(new Date(delivery.at), timeZone);
    const parts = [delivery.isHeld ? HELD : '', day === lastDay ? '' : day, clock];
    lastDay = day;
    return parts.filter((part) => part !== '').join(KEEP);
  });
  return moments.join(', ');
}

/** The time of an answer stands beside it. */
function endOf({ stage, stopReason, endedAt, timeZone, reply }: ConversationFacts): string {
  const how = stage === 'engaged' ? (stopReason ?? stage) : stage.replaceAll('_', KEEP);
  return endedAt === null || reply !== null ? how : `${how} ${momentOf(endedAt, timeZone)}`;
}

function momentOf(at: string, timeZone: string): string {
  const { day, clock } = localTime(new Date(at), timeZone);
  return `${day}${KEEP}${clock}`;
}

/** The first message in each language, as it arrived. */
function sampleLines(conversations: ConversationFacts[], width: number, paint: Paint): string[] {
  const samples = new Map<string, ConversationFacts>();
  for (const conversation of conversations) {
    const language = conversation.locale.slice(0, 2);
    if (conversation.deliveries.length > 0 && !samples.has(language)) samples.set(language, conversation);
  }
  const lines = [...samples].flatMap(([language, { name, deliveries }]) => {
    const paragraphs = (deliveries[0]?.text ?? '').split(/\n+/);
    const words = paragraphs.flatMap((paragraph) => wrap(paragraph, width - SAMPLE_INDENT.length));
    return [
      `  ${paint.accent(language)}  ${paint.dim(`to ${name}`)}`,
      ...words.map((line) => SAMPLE_INDENT + line),
    ];
  });
  return lines.length === 0 ? [] : [paint.strong('What it sounds like'), ...lines, ''];
}

function rejectedLines({ rejected }: DemoFacts, width: number, paint: Paint): string[] {
  const lines = rejected.flatMap(({ line, externalId, reason }) =>
    wrap(`line ${line} (${externalId}) ${reason}`, width - 2).map((text) => `  ${text}`),
  );
  return [paint.strong('Rows of the file that were refused'), ...lines, ''];
}

function checkLines({ promise, holds, result, basis, violations }: Check, paint: Paint): string[] {
  const sign = holds ? paint.good('✓') : paint.bad('✗');
  const line = `${sign} ${promise}: ${paint.strong(result)} ${paint.dim(`(${basis})`)}`;
  return [line, ...violations.map((violation) => `    ${paint.bad(violation)}`)];
}

export function verdict(passed: boolean, tookSeconds: number, paint: Paint): string {
  const text = passed ? paint.good('Every promise was kept.') : paint.bad('A promise was broken.');
  return `${text} ${paint.dim(`${tookSeconds.toFixed(0)} s, start of the servers included.`)}\n`;
}
