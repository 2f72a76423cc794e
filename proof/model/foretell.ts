import { LADDERS, type Act } from './acts';
import type { Done } from './engine';
import { running, type Conversation, type Model } from './model';

type ActOnOne = Extract<Act, { place: unknown }>;
type Interrupt = Extract<Act, { do: 'interrupt' }>;

const MINUTE = 60_000;
/** Longer than any pause and any ladder together. */
const TO_THE_END_MS = 60 * 24 * 60 * MINUTE;

/** Whether an act makes sense now; what the engine refuses with an error of its own does. */
export function isPossible(model: Model, act: Act): boolean {
  if ('contact' in act)
    return [...model.conversations.values()].some(({ contact }) => contact === act.contact);
  if (!('place' in act) || act.do === 'create') return true;
  const c = model.conversations.get(act.place);
  if (!c) return false;
  switch (act.do) {
    case 'say':
      return !act.word.echo || c.calls.length > 0;
    case 'answers':
      return c.verdicts.length === 0;
    case 'interrupt':
      return c.verdicts.length === 0 && !model.paused && waitsForNudge(c);
    case 'advance':
      return running(c) !== null && (act.to !== 'end' || !model.paused);
    default:
      return true;
  }
}

const waitsForNudge = ({ episode, ladder }: Conversation): boolean =>
  episode?.state === 'waiting' && episode.next <= ladder.delays.length;

/** From now until what comes next in a conversation. */
export function untilNextMs(c: Conversation, now: number): number {
  const { episode } = c;
  const nextAt = episode?.state === 'paused' ? episode.pausedUntil : episode?.dueAt;
  return (nextAt ?? Infinity) - (now + c.offsetMs);
}

/** How far an advance goes: never to a moment just before something falls due, for real time goes by as well. */
export function spanMs(c: Conversation, to: 'half' | 'next' | 'end', now: number): number {
  const nextMs = untilNextMs(c, now);
  if (to === 'end') return TO_THE_END_MS;
  return to === 'half' && nextMs > 10 * MINUTE ? nextMs / 2 : nextMs + 100;
}

/** Does to the model what was done to the engine, when it was done; answers what the engine should have said. */
export function foretell(model: Model, act: Act, done: Done): string {
  const c = 'place' in act ? model.conversations.get(act.place) : undefined;
  const at = done.now + (c?.offsetMs ?? 0);
  const answer = c && 'place' in act ? ofConversation(model, c, act, done, at) : ofAll(model, act, done);
  for (const each of model.conversations.values()) {
    model.pass(each, done.now + each.offsetMs, done.now + each.offsetMs);
  }
  return answer;
}

function ofAll(model: Model, act: Act, { now, spreadMs }: Done): string {
  switch (act.do) {
    case 'create':
      return model.create(act.place, act.word, now);
    case 'optOut':
      model.optOut(act.contact, act.scope, now);
      return 'done';
    case 'optIn':
      model.optIn(act.contact, act.scope);
      return 'done';
    case 'pauseAll':
      model.paused = true;
      return 'done';
    case 'resumeAll':
      model.resumeAll(now, spreadMs ?? (() => 0));
      return 'done';
    case 'publish':
      return `version ${model.publish(LADDERS[act.ladder])}`;
    default:
      return 'done';
  }
}

function ofConversation(model: Model, c: Conversation, act: ActOnOne, done: Done, at: number): string {
  switch (act.do) {
    case 'create':
      return model.create(act.place, act.word, done.now);
    case 'say': {
      const id = act.word.echo ? `nudge ${c.calls.at(-1)}` : act.word.id;
      return model.say(c, { ...act.word, ...(id === undefined ? {} : { id }) }, done.now);
    }
    case 'stop':
      return model.stop(c, act.reason, done.now);
    case 'reopen':
      return model.reopen(c);
    case 'pause':
      return model.pause(c, act.hours, at);
    case 'resume':
      return model.resume(c, at);
    case 'skip':
    case 'sendNow':
      return model.move(c, act.do, at);
    case 'interrupt':
      return interrupted(model, c, act, done, at);
    case 'answers':
      c.verdicts.push(...act.verdicts.map((verdict) => ({ verdict })));
      return 'done';
    case 'advance':
      c.offsetMs = done.offsetMs ?? c.offsetMs;
      model.pass(c, done.now + c.offsetMs);
      return 'done';
  }
}

function interrupted(model: Model, c: Conversation, act: Interrupt, done: Done, at: number): string {
  let heard = '';
  const during = done.meanwhile ?? done;
  const meanwhile = () => {
    heard = ofConversation(model, c, act.meanwhile, during, during.now + c.offsetMs);
    return heard !== 'none';
  };
  c.verdicts.push({ verdict: act.verdict, meanwhile });
  const answer = model.move(c, 'sendNow', at);
  model.pass(c, at, at);
  return `${answer}; ${heard}${act.meanwhile.do === 'pause' ? '' : ', 1 under way'}`;
}
