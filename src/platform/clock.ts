/** The one place that reads real time outside workflows. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
