/** What differs from the defaults of the Temporal server and of its PostgreSQL; figures in docs/performance.md. */
export interface TemporalTuning {
  /** `postgres12` asks twice for each statement and has it planned anew; `postgres12_pgx` prepares it once. */
  plugin: 'postgres12' | 'postgres12_pgx';
  /** How far the Go heap may grow before it is collected, in percent. */
  goGc: number;
  dynamicConfig: Record<string, number | boolean>;
  /** Set by ALTER SYSTEM: only those that a reload is enough for. */
  postgres: Record<string, string>;
}

/** One partition instead of four: below some hundred tasks a second, the others only forward to the first. */
const ONE_PARTITION = { 'matching.numTaskqueueReadPartitions': 1, 'matching.numTaskqueueWritePartitions': 1 };
const RARE_CHECKPOINTS = { max_wal_size: '4GB', checkpoint_timeout: '15min' };

/** The steps from the defaults to what is shipped, each with the ones before it. `bench/tune.ts` measures them. */
export const TUNINGS = {
  stock: { plugin: 'postgres12', goGc: 100, dynamicConfig: {}, postgres: {} },
  pgx: { plugin: 'postgres12_pgx', goGc: 100, dynamicConfig: {}, postgres: {} },
  partition: { plugin: 'postgres12_pgx', goGc: 100, dynamicConfig: ONE_PARTITION, postgres: {} },
  gogc: { plugin: 'postgres12_pgx', goGc: 300, dynamicConfig: ONE_PARTITION, postgres: {} },
  checkpoints: {
    plugin: 'postgres12_pgx',
    goGc: 300,
    dynamicConfig: ONE_PARTITION,
    postgres: RARE_CHECKPOINTS,
  },
} as const satisfies Record<string, TemporalTuning>;

/** As `deploy/` ships it. */
export const SHIPPED_TUNING: TemporalTuning = TUNINGS.pgx;
