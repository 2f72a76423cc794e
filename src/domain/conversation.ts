/** The closed lists of the main job. Names are those of the glossary; the database and the API use the same words. */

export const STAGES = [
  'new',
  'engaged',
  'followup_10m',
  'followup_3h',
  'followup_6h',
  'followup',
  'ghosted',
  'won',
  'lost',
  'opted_out',
  'handed_off',
] as const;
export type Stage = (typeof STAGES)[number];

/** Strongest first: a weaker reason never overwrites a stronger one. */
export const STOP_REASONS = [
  'opted_out',
  'handed_off',
  'closed_won',
  'closed_lost',
  'replied',
  'cancelled',
  'ghosted',
] as const;
export type StopReason = (typeof STOP_REASONS)[number];

export const EPISODE_STATES = ['waiting', 'paused', 'ended'] as const;
export type EpisodeState = (typeof EPISODE_STATES)[number];

export const NEXT_KINDS = ['nudge', 'ghost'] as const;
export type NextKind = (typeof NEXT_KINDS)[number];

export const DEFERRALS = ['send_window', 'frequency_cap', 'channel_pace', 'organization_paused'] as const;
export type Deferral = (typeof DEFERRALS)[number];

export const CHANNEL_KINDS = ['webhook', 'email'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

export const DELIVERY_STATUSES = ['claimed', 'sent', 'delivered', 'failed', 'unknown', 'cancelled'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

export const VERDICTS = ['send', 'defer', 'skip', 'stop'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const AUTHORS = ['contact', 'agent', 'bot'] as const;
export type Author = (typeof AUTHORS)[number];

export const DIRECTIONS = ['inbound', 'outbound'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** True when `candidate` is strictly stronger than `standing` (null = nothing stands yet). */
export function isStronger(candidate: StopReason, standing: StopReason | null): boolean {
  return standing === null || STOP_REASONS.indexOf(candidate) < STOP_REASONS.indexOf(standing);
}

/** Stop reasons after which our next word opens no episode until `reopen` or opt-in. */
export function isHeld(reason: StopReason | null): boolean {
  return reason !== null && ['opted_out', 'handed_off', 'closed_won', 'closed_lost'].includes(reason);
}

const STAGE_AFTER_STOP: Record<StopReason, Stage | null> = {
  opted_out: 'opted_out',
  handed_off: 'handed_off',
  closed_won: 'won',
  closed_lost: 'lost',
  replied: 'engaged',
  cancelled: null,
  ghosted: 'ghosted',
};

/** The stage a stop reason leads to; `cancelled` keeps the stage it finds. */
export function stageAfterStop(reason: StopReason, present: Stage): Stage {
  return STAGE_AFTER_STOP[reason] ?? present;
}
