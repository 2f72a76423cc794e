import type { Stage } from './conversation';
import type { SendWindow } from './organization';

/** One step of a ladder. `delayMs` counts from the anchor; delays strictly rise. */
export interface Step {
  delayMs: number;
  template: string;
  stage: Stage;
  latenessLimitMs?: number;
}

/** The body of one immutable version of a sequence. An absent window or limit means: the organization's. */
export interface Ladder {
  steps: Step[];
  ghostAfterMs: number;
  sendWindow?: SendWindow | null;
  latenessLimitMs?: number;
}
