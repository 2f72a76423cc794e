import { systemClock, type Clock } from '../platform/clock';
import type { UnsubscribeSubject } from '../platform/unsubscribe-token';
import type { ChannelPort } from '../services/ports';
import { createEmailChannel } from './email';
import { createGuardedHttp } from './guarded-http';
import { createPlaces } from './places';
import { createSmtpTransports } from './smtp-transports';
import { createTargetGuard, type TargetGuardOptions } from './target-guard';
import { createWebhookChannel } from './webhook';

export interface ChannelsOptions extends TargetGuardOptions {
  installationSmtpUrl: string | null;
  unsubscribeUrl: (subject: UnsubscribeSubject) => string;
  /** Longest time of one call, from looking up the name to the last byte of the answer; 15 s by default. */
  timeoutMs?: number;
  clock?: Clock;
}

export interface Channels {
  webhook: ChannelPort;
  email: ChannelPort;
  /** Waits for webhook calls in flight and closes all connections. */
  close(): Promise<void>;
}

const TIMEOUT_MS = 15_000;

/** Every channel of this process, each with its own places and connections. */
export function createChannels(options: ChannelsOptions): Channels {
  const { allowPrivateTargets, timeoutMs = TIMEOUT_MS, clock = systemClock } = options;
  const http = createGuardedHttp({ ...options, timeoutMs });
  const transports = createSmtpTransports({
    guard: createTargetGuard(options),
    allowPrivateTargets,
    timeoutMs,
  });
  return {
    webhook: createWebhookChannel({ http, places: createPlaces(), clock }),
    email: createEmailChannel({ ...options, timeoutMs, transports, places: createPlaces() }),
    async close() {
      transports.close();
      await http.close();
    },
  };
}
