import { INVALID_ROWS } from './business';
import type { ConversationFacts, DemoFacts } from './facts';
import type { Arrival } from './inbox';
import { isInside, localTime } from './local-time';

export interface Check {
  promise: string;
  holds: boolean;
  result: string;
  /** What was looked at. */
  basis: string;
  violations: string[];
}

interface Finding {
  /** How many things were looked at: a check of nothing proves nothing and fails. */
  looked: number;
  /** One of them, in words. */
  noun: string;
  violations: string[];
}

/** One check per promise, judged by what the receivers got wherever they can know. */
export function runChecks(facts: DemoFacts): Check[] {
  return [
    check('Sent after a reply', sentAfterReply(facts)),
    check('Sent twice', sentTwice(facts)),
    check('Sent outside the window', sentOutsideWindow(facts)),
    check('Sent to an opted-out contact', sentToOptedOut(facts)),
    check('Sent into an old silence', sentIntoOldSilences(facts)),
    check('Lost on the way', lostOnTheWay(facts)),
    check('Without signature or one-click unsubscribe', notGenuine(facts)),
    check('Every silence closed', leftOpen(facts), countClosed),
    check('Invalid rows', invalidRows(facts), countRejected),
  ];
}

type Tell = (finding: Finding) => string;

const countViolations: Tell = ({ violations }) => String(violations.length);
const countClosed: Tell = ({ looked, violations }) => `${looked - violations.length} of ${looked}`;
const countRejected: Tell = ({ looked, violations }) =>
  `${looked} rejected${violations.length === 0 ? ', nothing of them stored' : ''}`;

function check(promise: string, finding: Finding, tell: Tell = countViolations): Check {
  const { looked, noun, violations } = finding;
  const holds = looked > 0 && violations.length === 0;
  return {
    promise,
    holds,
    result: tell(finding),
    basis: `${looked} ${noun}${looked === 1 ? '' : 's'}`,
    violations,
  };
}

/** Arrivals after the answer to the contact's word was in our hands, other than those it named as on their way. */
function sentAfterReply({ conversations, arrivals }: DemoFacts): Finding {
  const replied = conversations.flatMap((conversation) =>
    conversation.reply === null ? [] : [{ conversation, reply: conversation.reply }],
  );
  const violations = replied.flatMap(({ conversation, reply }) =>
    arrivals
      .filter((arrival) => belongsTo(arrival, conversation))
      .filter(({ arrivedAtMs }) => arrivedAtMs > reply.acknowledgedAtMs)
      .filter((arrival) => !reply.inFlight.includes(deliveryIdOf(arrival)))
      .map((arrival) => `${describe(arrival, conversation)} came after "${reply.text}"`),
  );
  return { looked: replied.length, noun: 'answer', violations };
}

/** The same id twice, or two messages for the same step of the same conversation. */
function sentTwice({ conversations, arrivals }: DemoFacts): Finding {
  const byId = repeats(arrivals, (arrival) => arrival.id);
  const byStep = repeats(arrivals, (arrival) => {
    const owner = conversations.find((conversation) => belongsTo(arrival, conversation));
    return `${owner?.externalId ?? arrival.to} step ${arrival.step ?? `"${arrival.subject}"`}`;
  });
  return { looked: arrivals.length, noun: 'message', violations: [...byId, ...byStep] };
}

function repeats(arrivals: Arrival[], nameOf: (arrival: Arrival) => string): string[] {
  const counts = new Map<string, number>();
  for (const name of arrivals.map(nameOf)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > 1).map(([name, count]) => `${name}: ${count} times`);
}

/** The receivers' clock is real: the instant comes from the timeline, its place in the contact's day from us. */
function sentOutsideWindow({ conversations }: DemoFacts): Finding {
  const sent = conversations.flatMap((conversation) =>
    conversation.deliveries.map((delivery) => ({ conversation, delivery })),
  );
  const violations = sent
    .filter(
      ({ conversation: { window, timeZone }, delivery }) =>
        !isInside(window, new Date(delivery.at), timeZone),
    )
    .map(({ conversation, delivery }) => {
      const { day, clock } = localTime(new Date(delivery.at), conversation.timeZone);
      return `${conversation.name} step ${delivery.step}: ${day} ${clock}`;
    });
  return { looked: sent.length, noun: 'message', violations };
}

function sentToOptedOut({ conversations, arrivals }: DemoFacts): Finding {
  const optedOut = conversations.filter(({ isOptedOutBefore }) => isOptedOutBefore);
  const violations = optedOut.flatMap((conversation) => [
    ...arrivalsOf(arrivals, conversation),
    ...(conversation.stage === 'opted_out' ? [] : [`${conversation.name} is ${conversation.stage}`]),
  ]);
  return { looked: optedOut.length, noun: 'contact', violations };
}

function sentIntoOldSilences({ conversations, arrivals }: DemoFacts): Finding {
  const old = conversations.filter(({ isOldSilence }) => isOldSilence);
  const violations = old.flatMap((conversation) => [
    ...arrivalsOf(arrivals, conversation),
    ...(conversation.stage === 'ghosted' ? [] : [`${conversation.name} is ${conversation.stage}`]),
  ]);
  return { looked: old.length, noun: 'silence', violations };
}

/** The engine's record and the receivers' agree, delivery by delivery. */
function lostOnTheWay({ conversations, arrivals }: DemoFacts): Finding {
  const deliveries = conversations.flatMap((conversation) =>
    conversation.deliveries.map((delivery) => ({ ...delivery, name: conversation.name })),
  );
  const arrived = new Set(arrivals.map(deliveryIdOf));
  const recorded = new Set(deliveries.map(({ id }) => id));
  const violations = [
    ...deliveries
      .filter(({ id, status }) => status !== 'sent' || !arrived.has(id))
      .map(({ name, step, status }) => `${name} step ${step}: ${status}`),
    ...arrivals
      .filter((one) => !recorded.has(deliveryIdOf(one)))
      .map(({ to }) => `${to}: not in the timeline`),
  ];
  return { looked: deliveries.length, noun: 'hand-over', violations };
}

function notGenuine({ arrivals }: DemoFacts): Finding {
  const violations = arrivals.filter(({ isGenuine }) => !isGenuine).map(({ to, id }) => `${to}: ${id}`);
  return { looked: arrivals.length, noun: 'message', violations };
}

/** Who stayed silent is ghosted, who answered is engaged, who said STOP is opted out; nobody waits any more. */
function leftOpen({ conversations }: DemoFacts): Finding {
  const violations = conversations
    .filter((conversation) => !isClosedAsItShould(conversation))
    .map(({ name, stage, state }) => `${name} is ${stage} (${state ?? 'no episode'})`);
  return { looked: conversations.length, noun: 'conversation', violations };
}

function isClosedAsItShould({ state, stage, script, reply, isOptedOutBefore }: ConversationFacts): boolean {
  if (state === 'waiting' || state === 'paused') return false;
  if (isOptedOutBefore) return stage === 'opted_out';
  if (script === null) return stage === 'ghosted';
  return stage === (reply?.effect === 'opted_out' ? 'opted_out' : 'engaged') && reply !== null;
}

function invalidRows({ rejected }: DemoFacts): Finding {
  const refused = rejected.map(({ externalId }) => externalId);
  const violations = [
    ...INVALID_ROWS.filter((id) => !refused.includes(id)).map((id) => `${id} was accepted`),
    ...refused.filter((id) => !INVALID_ROWS.includes(id)).map((id) => `${id} was refused`),
    ...rejected.filter(({ isStored }) => isStored).map(({ externalId }) => `${externalId} is stored`),
  ];
  return { looked: rejected.length, noun: 'row', violations };
}

/** A webhook names its conversation; an e-mail went to an address that only one of them has. */
function belongsTo(arrival: Arrival, conversation: ConversationFacts): boolean {
  if (arrival.conversation !== null) return arrival.conversation === conversation.externalId;
  return conversation.channel === arrival.channel && conversation.address === arrival.to;
}

/** `webhook-id` is the delivery's id; a Message-ID begins with it. */
function deliveryIdOf({ id }: Arrival): string {
  return id.split('@')[0] ?? id;
}

function arrivalsOf(arrivals: Arrival[], conversation: ConversationFacts): string[] {
  return arrivals.filter(({ to }) => to === conversation.address).map((one) => describe(one, conversation));
}

function describe({ step, subject }: Arrival, { name }: ConversationFacts): string {
  return `${name}: ${step === null ? `"${subject}"` : `nudge ${step}`}`;
}
