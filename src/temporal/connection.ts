import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  isRetryableError,
  makeGrpcRetryInterceptor,
  type TLSConfig,
} from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { TemporalConfig } from '../config';

export interface TemporalSettings {
  address: string;
  namespace: string;
  apiKey?: string | undefined;
  /** false: plain text; true: the system's roots; else our certificate. */
  tls: boolean | TLSConfig;
}

export interface TemporalClient {
  client: Client;
  close(): Promise<void>;
}

function connectionOptions({ address, apiKey, tls }: TemporalSettings) {
  return { address, tls, ...(apiKey === undefined ? {} : { apiKey }) };
}

/** Few and quick: the outbox tries again by itself. */
const CALL_ATTEMPTS = 4;

/** Connects at the first call, so that the API starts and works while Temporal is away. */
export function openTemporal(settings: TemporalSettings): TemporalClient {
  const retries = closableRetries();
  const interceptors = [retries.interceptor];
  const connection = Connection.lazy({ ...connectionOptions(settings), interceptors });
  const client = new Client({ connection, namespace: settings.namespace });
  return {
    client,
    async close() {
      await retries.stop();
      await connection.close();
    },
  };
}

/** The SDK's retries, which throw out of their timer, and end the process, when the connection is closed meanwhile. */
function closableRetries() {
  const backoff = defaultGrpcRetryOptions();
  let stopped = false;
  let lastTimerAtMs = 0;
  const interceptor = makeGrpcRetryInterceptor({
    retryableDecider: (attempt, status) => !stopped && attempt < CALL_ATTEMPTS && isRetryableError(status),
    delayFunction(attempt, status) {
      const delayMs = backoff.delayFunction(attempt, status);
      lastTimerAtMs = Math.max(lastTimerAtMs, Date.now() + delayMs);
      return delayMs;
    },
  });
  return {
    interceptor,
    /** Allows no further retry and waits until those already set have begun. */
    async stop() {
      stopped = true;
      await wait(Math.max(0, lastTimerAtMs - Date.now()) + TIMER_SLACK_MS);
    },
  };
}

const TIMER_SLACK_MS = 20;

/** The worker's connection. Throws while Temporal is away: the worker's root tries again. */
export function connectNative(settings: TemporalSettings): Promise<NativeConnection> {
  return NativeConnection.connect(connectionOptions(settings));
}

/** Reads the PEM files that the configuration names. Throws when one cannot be read. */
export function toTemporalSettings(config: TemporalConfig): TemporalSettings {
  const { address, namespace, apiKey, tlsCertPath, tlsKeyPath, tlsCaPath } = config;
  const settings = { address, namespace, apiKey: apiKey ?? undefined };
  if (!config.tls || (!tlsCaPath && !tlsCertPath)) return { ...settings, tls: config.tls };
  const tls: TLSConfig = {};
  if (tlsCaPath) tls.serverRootCACertificate = readFileSync(tlsCaPath);
  if (tlsCertPath && tlsKeyPath) {
    tls.clientCertPair = { crt: readFileSync(tlsCertPath), key: readFileSync(tlsKeyPath) };
  }
  return { ...settings, tls };
}
