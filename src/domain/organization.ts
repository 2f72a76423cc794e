/** Settings of an organization that gates and plans read. Times are wall-clock `HH:MM` in the contact's zone. */

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** `from > to` runs over midnight and belongs to the weekday on which it opens; `from === to` is the whole day. */
export interface SendWindow {
  days: Weekday[];
  from: string;
  to: string;
}

export interface FrequencyCap {
  max: number;
  perMs: number;
}

export interface ChannelPace {
  max: number;
  perMs: number;
}
