import { WEEKDAYS, type SendWindow, type Weekday } from '../../src/domain/organization';
import { isOpen, nextOpening } from '../../src/domain/send-window';

export const BERLIN = 'Europe/Berlin';

export const daily = (from: string, to: string): SendWindow => ({ days: [...WEEKDAYS], from, to });
export const on = (days: Weekday[], from: string, to: string): SendWindow => ({ days, from, to });

/** Seen at `at`, the window opens at `opens`; the two are the same string when it is open already. */
export interface WindowCase {
  name: string;
  window: SendWindow;
  zone: string;
  at: string;
  opens: string | null;
  holidays?: string[];
}

export function checkWindow({ window, zone, at, opens, holidays = [] }: WindowCase): void {
  const opening = nextOpening(window, holidays, zone, new Date(at));
  expect(opening?.toISOString() ?? null).toBe(opens === null ? null : new Date(opens).toISOString());
  expect(isOpen(window, holidays, zone, new Date(at))).toBe(opens === at);
}
