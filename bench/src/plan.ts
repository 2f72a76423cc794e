import type { ApiOptions } from './scenarios/api';
import type { ImportOptions } from './scenarios/import';
import type { KillOptions } from './scenarios/kill';
import type { SaturationOptions } from './scenarios/saturation';

export const ENGINES = [
  'followthrough',
  'floor',
  'bullmq',
  'pg-boss',
  'graphile-worker',
  'followthrough-dev',
  'floor-dev',
] as const;
export type EngineName = (typeof ENGINES)[number];

export const SCENARIOS = ['window', 'burst', 'saturation', 'kill', 'api', 'import'] as const;
export type ScenarioName = (typeof SCENARIOS)[number];

/** What one run of the bench does; every part bounded in count and time. */
export interface Plan {
  engines: readonly EngineName[];
  scenarios: readonly ScenarioName[];
  rates: readonly number[];
  /** Whose production limit is looked for. */
  saturated: readonly EngineName[];
  window: { leadMs: number; windowMs: number };
  burstSize: number;
  saturation: SaturationOptions;
  kill: KillOptions;
  api: ApiOptions;
  import: ImportOptions;
}

const FULL_WINDOW = { leadMs: 12_000, windowMs: 30_000 };

/** About an hour. */
export const FULL_PLAN: Plan = {
  engines: ENGINES,
  scenarios: SCENARIOS,
  rates: [10, 25, 50],
  saturated: ['followthrough', 'floor'],
  window: FULL_WINDOW,
  burstSize: 1_000,
  saturation: { rates: [25, 30, 40, 50, 60, 70, 80, 100], stepMs: 15_000, leadMs: 10_000 },
  kill: {
    rate: 25,
    leadMs: 8_000,
    windowMs: 40_000,
    killsAtMs: [8_000, 18_000, 28_000],
    latencyMs: 400,
    watchMs: 75_000,
  },
  api: {
    createsPerSecond: 100,
    createsForMs: 20_000,
    warmUpMs: 10_000,
    clients: 16,
    fullSpeedMs: 10_000,
    // To every tenth nudge.
    repliesPerSecond: 2.5,
    window: { rate: 25, leadMs: 12_000, windowMs: 60_000 },
  },
  import: { rows: 10_000, window: { rate: 10, ...FULL_WINDOW }, idleMs: 30_000 },
};

/** Under six minutes. */
export const QUICK_PLAN: Plan = {
  ...FULL_PLAN,
  engines: ['followthrough', 'floor', 'bullmq'],
  scenarios: ['window', 'burst'],
  rates: [25],
  window: { leadMs: 8_000, windowMs: 24_000 },
};
