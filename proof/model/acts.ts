export type Scope = 'all' | 'webhook' | 'email';
export type Contact = 0 | 1;
/** Two conversations of one contact, on two channels, and one of somebody else. */
export const PLACES = [
  { contact: 0, channel: 'webhook' },
  { contact: 0, channel: 'email' },
  { contact: 1, channel: 'webhook' },
] as const;
export type Place = 0 | 1 | 2;

/** What a provider does with a call. `lost`: nobody hears its answer. `dies`: it accepts, and the worker dies. */
export type Verdict = 'accept' | 'refuse' | 'busy' | 'lost' | 'dies';
export interface Answer {
  verdict: Verdict;
  /** What happens while the call is under way; true when it changes anything about the nudge. */
  meanwhile?: () => boolean;
}

/** Delays and the wait before ghosting in minutes; the stages that the steps set. */
export interface Ladder {
  delays: number[];
  stages: string[];
  ghostAfter: number;
}

/** The default one, one with shrinking gaps, and one of a single step. */
export const LADDERS: readonly [Ladder, Ladder, Ladder] = [
  { delays: [10, 180, 360], stages: ['followup_10m', 'followup_3h', 'followup_6h'], ghostAfter: 1_440 },
  { delays: [150, 160], stages: ['followup', 'followup'], ghostAfter: 120 },
  { delays: [30], stages: ['followup'], ghostAfter: 180 },
];

export interface Word {
  by: 'us' | 'them';
  /** Its `sentAt`, so many minutes ago; negative: ahead. */
  ageMin: number;
  /** External id: a second word with the same is a duplicate. */
  id?: string;
  optsOut?: boolean;
  /** Bears the id of the latest nudge: its mirror image. */
  echo?: boolean;
}

type StopBy = 'opted_out' | 'handed_off' | 'closed_won' | 'closed_lost' | 'cancelled';
export type Meanwhile = Extract<Act, { do: 'say' | 'stop' | 'pause' }>;

/** All that is done to the engine, as plain data: what a failure prints can be pasted into a test. */
export type Act =
  | { do: 'create'; place: Place; word: Word }
  | { do: 'say'; place: Place; word: Word }
  | { do: 'stop'; place: Place; reason: StopBy }
  | { do: 'reopen' | 'resume' | 'skip' | 'sendNow'; place: Place }
  | { do: 'pause'; place: Place; hours: number }
  /** The step that is next is sent now, and something happens during the call. */
  | { do: 'interrupt'; place: Place; meanwhile: Meanwhile; verdict: Verdict }
  | { do: 'optOut' | 'optIn'; contact: Contact; scope: Scope }
  | { do: 'answers'; place: Place; verdicts: Verdict[] }
  | { do: 'advance'; place: Place; to: 'half' | 'next' | 'end' }
  | { do: 'pauseAll' }
  | { do: 'resumeAll' | 'killWorker' }
  | { do: 'publish'; ladder: 0 | 1 | 2 };
