import { formatDuration } from '../../domain/durations';
import type { SendWindow } from '../../domain/organization';
import type { SequenceRow } from '../conversation/thread';

/** A version as it is answered: what was absent in its body is absent here, so that it can be put again. */
export interface SequenceView {
  name: string;
  version: number;
  steps: { delay: string; template: string; stage: string; latenessLimit?: string }[];
  ghostAfter: string;
  sendWindow?: SendWindow | null;
  latenessLimit?: string;
  createdAt: string;
}

export function sequenceView({ name, version, ladder, createdAt }: SequenceRow): SequenceView {
  return {
    name,
    version,
    steps: ladder.steps.map(({ delayMs, template, stage, latenessLimitMs }) => ({
      delay: formatDuration(delayMs),
      template,
      stage,
      ...lateness(latenessLimitMs),
    })),
    ghostAfter: formatDuration(ladder.ghostAfterMs),
    ...(ladder.sendWindow === undefined ? {} : { sendWindow: ladder.sendWindow }),
    ...lateness(ladder.latenessLimitMs),
    createdAt: createdAt.toISOString(),
  };
}

const lateness = (limitMs: number | undefined): { latenessLimit?: string } =>
  limitMs === undefined ? {} : { latenessLimit: formatDuration(limitMs) };
