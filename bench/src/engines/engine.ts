import type { ProcessGroup } from '../processes/usage';

/** One message to send at its time. */
export interface Job {
  id: string;
  /** Epoch milliseconds. */
  dueAt: number;
}

/** What is measured: ours, bare Temporal, or a peer. */
export interface Engine {
  /** As tables and charts call it. */
  name: string;
  /** Versions, settings, persistence: what a reader needs to repeat the run. */
  facts: Record<string, string>;
  /** Starts at which it can be fed without its own backlog; null = faster than the bench ever asks. */
  startsPerSecond: number | null;
  /** Resolves when the engine has taken the job over. */
  schedule(job: Job): Promise<void>;
  /** Stops a job as a reply would; absent where the engine has nothing of the kind. */
  reply?(id: string): Promise<{ inFlight: boolean }>;
  /** SIGKILL. */
  killWorker(): Promise<void>;
  startWorker(): Promise<void>;
  groups(): ProcessGroup[];
  /** Ends every process it started. */
  stop(): Promise<void>;
}

/** Why an engine is not measured: its server is not on this machine. */
export class EngineAbsent extends Error {}
