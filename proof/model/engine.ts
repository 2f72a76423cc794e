import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import { AppError } from '../../src/domain/errors';
import { optInContact } from '../../src/services/contact/opt-in-contact';
import { optOutContact } from '../../src/services/contact/opt-out-contact';
import { createConversation } from '../../src/services/conversation/create-conversation';
import { pauseConversation } from '../../src/services/conversation/pause-conversation';
import { recordMessage, type MessageInput } from '../../src/services/conversation/record-message';
import { reopenConversation } from '../../src/services/conversation/reopen-conversation';
import { resumeConversation } from '../../src/services/conversation/resume-conversation';
import { sendNow } from '../../src/services/conversation/send-now';
import { skipStep } from '../../src/services/conversation/skip-step';
import { stopConversation } from '../../src/services/conversation/stop-conversation';
import { changeOrganization } from '../../src/services/organization/change-organization';
import { wakeHeldEpisodes } from '../../src/services/organization/wake-held-episodes';
import { publishSequence } from '../../src/services/sequence/publish-sequence';
import { readThread } from '../../src/services/conversation/thread';
import type { VerbContext } from '../../src/services/verb-context';
import type { EngineWorld } from '../../test/support/engine-world';
import { waitFor } from '../../test/support/wait-for';
import { LADDERS, PLACES, type Act, type Contact, type Place, type Word } from './acts';
import { look, type Look } from './look';
import { answerOf, ladderInput, named } from './wording';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A worker that dies may take an act with it, for which the server waits 20 s. */
const REST_LIMIT_MS = 60_000;
const LOOK_AGAIN_MS = 50;

const DEFAULT_PAUSE_HOURS = 30 * 24;
const COMMANDS = { reopen: reopenConversation, resume: resumeConversation, skip: skipStep, sendNow } as const;
const CONSENTS = { optOut: optOutContact, optIn: optInContact } as const;
type Verb = Exclude<Act, { do: 'advance' | 'interrupt' | 'resumeAll' | 'answers' | 'killWorker' }>;

/** What came of an act, and when it was done, in real time. */
export interface Done {
  answer: string;
  now: number;
  /** Of what was done while a call was under way. */
  meanwhile?: Done;
  /** How far ahead of real time the conversation is after an advance. */
  offsetMs?: number;
  /** How long after the organization's pause a conversation wakes. */
  spreadMs?: (place: Place) => number;
}

/** Does what is asked with the real verbs, in an organization of its own. */
export class Engine {
  /** What was done, or tried last. */
  readonly performed: Act[] = [];
  readonly ids = new Map<Place, string>();
  private readonly contactIds = new Map<Contact, string>();
  private readonly offsets = new Map<Place, number>();

  constructor(
    readonly world: EngineWorld,
    readonly organizationId: string,
    private readonly killWorker: () => Promise<void>,
  ) {}

  /** All conversations once nothing is due and no call is under way. */
  async look(): Promise<Look> {
    const channels = [this.world.webhook, this.world.email];
    const beganAt = Date.now();
    for (;;) {
      const found = await this.world.verb(this.organizationId, (ctx) => look(ctx, this.ids, channels));
      for (const [place, { offsetMs }] of found.seen) this.offsets.set(place, offsetMs);
      if (!found.busy) return found;
      const waitedMs = Date.now() - beganAt;
      if (waitedMs > REST_LIMIT_MS)
        throw new Error(`no rest after ${REST_LIMIT_MS} ms: ${inspect(found.seen)}`);
      await pause(Math.max(LOOK_AGAIN_MS, waitedMs / 5));
    }
  }

  /** `byMs`: how far an advance goes. */
  async do(act: Act, byMs = 0): Promise<Done> {
    const { scriptOf } = 'place' in act ? this.channelOf(act.place) : this.world.webhook;
    switch (act.do) {
      case 'advance':
        return this.advance(act.place, byMs);
      case 'interrupt':
        return this.interrupt(act);
      case 'resumeAll':
        return this.resumeAll();
      case 'answers':
        scriptOf(this.idOf(act.place)).push(...act.verdicts.map((verdict) => answerOf(verdict)));
        return { answer: 'done', now: Date.now() };
      case 'killWorker':
        await this.killWorker();
        return { answer: 'done', now: Date.now() };
      default:
        return this.verb((ctx) => this.perform(ctx, act));
    }
  }

  /** The tail of its id decides at which of the ten minutes after the organization's pause a conversation wakes. */
  private spreadMs(place: Place): number {
    return Math.floor((Number.parseInt(this.idOf(place).slice(-8), 16) / 2 ** 32) * 10 * MINUTE);
  }

  private async perform(ctx: VerbContext, act: Verb): Promise<string> {
    switch (act.do) {
      case 'create':
        return this.create(ctx, act.place, act.word);
      case 'say':
        return this.say(ctx, act.place, act.word);
      case 'stop': {
        const { effect, inFlight } = await stopConversation(ctx, this.idOf(act.place), {
          reason: act.reason,
        });
        return named(effect, inFlight);
      }
      case 'pause':
        await pauseConversation(ctx, this.idOf(act.place), this.untilOf(ctx, act));
        return 'done';
      case 'reopen':
      case 'resume':
      case 'skip':
      case 'sendNow':
        await COMMANDS[act.do](ctx, this.idOf(act.place));
        return 'done';
      case 'optOut':
      case 'optIn':
        await CONSENTS[act.do](ctx, this.contactIds.get(act.contact) ?? '', act.scope);
        return 'done';
      case 'pauseAll':
        await changeOrganization(ctx, { paused: true });
        return 'done';
      case 'publish':
        return `version ${(await publishSequence(ctx, 'default', ladderInput(LADDERS[act.ladder]))).version}`;
    }
  }

  private async create(ctx: VerbContext, place: Place, said: Word): Promise<string> {
    const { contact, channel } = PLACES[place];
    const person = { externalId: `contact ${contact}`, name: 'Ada', email: `contact-${contact}@example.com` };
    const lastMessage = this.message(ctx, place, said);
    const wanted = { externalId: `conversation ${place}`, contact: person, channel, lastMessage };
    const { created, thread } = await createConversation(ctx, wanted);
    this.ids.set(place, thread.conversation.id);
    this.contactIds.set(contact, thread.contact.id);
    return created ? 'created' : 'existing';
  }

  private async say(ctx: VerbContext, place: Place, said: Word): Promise<string> {
    const answer = await recordMessage(ctx, this.idOf(place), this.message(ctx, place, said));
    return answer.duplicate ? 'duplicate' : named(answer.effect, answer.inFlight);
  }

  private message(ctx: VerbContext, place: Place, { by, ageMin, id, optsOut, echo }: Word): MessageInput {
    const calls = this.channelOf(place).callsOf(this.ids.get(place) ?? '');
    const at = ctx.now.getTime() + (this.offsets.get(place) ?? 0);
    return {
      direction: by === 'us' ? 'outbound' : 'inbound',
      text: by === 'us' ? 'Just checking.' : optsOut ? 'STOP' : 'Yes, please.',
      sentAt: ageMin === 0 ? undefined : new Date(at - ageMin * MINUTE),
      externalId: echo ? calls.at(-1)?.nudge.deliveryId : id,
    };
  }

  private untilOf(ctx: VerbContext, { place, hours }: Extract<Act, { do: 'pause' }>): Date | undefined {
    const at = ctx.now.getTime() + (this.offsets.get(place) ?? 0);
    return hours === DEFAULT_PAUSE_HOURS ? undefined : new Date(at + hours * HOUR);
  }

  private async advance(place: Place, byMs: number): Promise<Done> {
    const thread = await this.world.verb(this.organizationId, (ctx) => readThread(ctx, this.idOf(place)));
    await this.world.skip(thread, byMs);
    const { now, seen } = await this.look();
    const offsetMs = seen.get(place)?.offsetMs ?? 0;
    const tooFarMs = now + offsetMs - thread.now.getTime() - byMs;
    const answer = tooFarMs >= 0 && tooFarMs < REST_LIMIT_MS ? 'done' : `${tooFarMs} ms too far`;
    return { answer, now, offsetMs };
  }

  private async interrupt({ place, meanwhile, verdict }: Extract<Act, { do: 'interrupt' }>): Promise<Done> {
    let during: Promise<Done> | undefined;
    this.channelOf(place)
      .scriptOf(this.idOf(place))
      .push(answerOf(verdict, async () => void (await (during = this.do(meanwhile)))));
    const done = await this.do({ do: 'sendNow', place });
    const heard = await waitFor('the call', () => during, REST_LIMIT_MS);
    return { ...done, answer: `${done.answer}; ${heard.answer}`, meanwhile: heard };
  }

  private async resumeAll(): Promise<Done> {
    let resumed: number | null = null;
    const done = await this.verb(async (ctx) => {
      ({ resumed } = await changeOrganization(ctx, { paused: false }));
      return 'done';
    });
    if (resumed !== null)
      await wakeHeldEpisodes((work) => this.world.verb(this.organizationId, work), resumed);
    return { ...done, spreadMs: (place) => this.spreadMs(place) };
  }

  private async verb(work: (ctx: VerbContext) => Promise<string>): Promise<Done> {
    let now = 0;
    try {
      const answer = await this.world.verb(this.organizationId, (ctx) => {
        now = ctx.now.getTime();
        return work(ctx);
      });
      return { answer, now };
    } catch (error) {
      if (error instanceof AppError) return { answer: error.code, now };
      throw error;
    }
  }

  private idOf(place: Place): string {
    const id = this.ids.get(place);
    if (id === undefined) throw new Error(`there is no conversation ${place}`);
    return id;
  }

  private channelOf(place: Place) {
    return this.world[PLACES[place].channel];
  }
}
