import { z } from 'zod';

/**
 * Every setting of the processes, from the environment. Keys, defaults and meanings: `.env.example`. Only roots and
 * scripts read it. An empty value counts as absent, so that a compose file may pass what is not set.
 */
export interface Config {
  databaseUrl: string;
  databasePoolSize: number;
  temporal: TemporalConfig;
  host: string;
  port: number;
  workerPort: number;
  /** Without a slash at the end. */
  publicUrl: string;
  /** base64, 32 bytes each; the first seals, all open. */
  encryptionKeys: readonly string[];
  smtpUrl: string | null;
  logLevel: (typeof LOG_LEVELS)[number];
  allowPrivateTargets: boolean;
  timeMachine: boolean;
  startsPerSecond: number;
  rateLimitPerMinute: number;
  maxCachedWorkflows: number;
  /** Ids of workflow patches that no run may begin to use here. */
  heldPatches: readonly string[];
  shutdownGraceMs: number;
}

export interface TemporalConfig {
  address: string;
  namespace: string;
  taskQueue: string;
  /** How long before it is due a nudge is asked for, in ms (decision 0011). */
  nudgeLeadMs: number;
  apiKey: string | null;
  tls: boolean;
  /** Paths of PEM files. */
  tlsCertPath: string | null;
  tlsKeyPath: string | null;
  tlsCaPath: string | null;
  /** Without a slash at the end; null: answers carry no link to the Web UI. */
  uiUrl: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const KEY_BYTES = 32;
/** That of the contracts, which this file does not know; a test compares them. */
const LONGEST_LEAD_MS = 2_000;
/** Covers the way from a timer to its activity on full cores. */
const LEAD_MS = 1_000;
/** Where time is skipped, every nudge waits it out. */
const SKIPPING_LEAD_MS = 50;

const flag = z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true');

function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  const text = z.string().regex(/^\d{1,9}$/, message);
  return text.transform(Number).refine((value) => value >= min && value <= max, message);
}

function address(protocols: string[]) {
  return z.string().refine((text) => protocols.includes(protocolOf(text)), {
    message: `must be an address that begins with ${protocols.map((name) => `${name}//`).join(' or ')}`,
  });
}

function protocolOf(text: string): string {
  return URL.canParse(text) ? new URL(text).protocol : '';
}

const webAddress = address(['http:', 'https:']).transform((url) => url.replace(/\/+$/, ''));

function isKey(text: string): boolean {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === KEY_BYTES && bytes.toString('base64') === text;
}

const encryptionKeys = z
  .string('is needed: base64 of 32 random bytes')
  .transform((text) => text.split(',').map((key) => key.trim()))
  .refine((keys) => keys.every(isKey), 'must be base64 of 32 bytes; several are separated by commas');

const patchIds = z
  .string()
  .transform((text) => text.split(',').map((id) => id.trim()))
  .refine((ids) => ids.every((id) => /^[\w.-]+$/.test(id)), 'must be ids of patches, separated by commas');

const needed = 'is needed';
const databaseUrl = z.string(needed).pipe(address(['postgres:', 'postgresql:']));

const environmentSchema = z.object({
  DATABASE_URL: databaseUrl,
  DATABASE_POOL_SIZE: wholeNumber(2, 500).default(10),
  TEMPORAL_ADDRESS: z
    .string(needed)
    .regex(/^[^\s:/]+:\d{1,5}$|^\[[\da-f:]+\]:\d{1,5}$/i, 'must be host:port'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_API_KEY: z.string().optional(),
  TEMPORAL_TLS: flag.optional(),
  TEMPORAL_TLS_CERT_PATH: z.string().optional(),
  TEMPORAL_TLS_KEY_PATH: z.string().optional(),
  TEMPORAL_TLS_CA_PATH: z.string().optional(),
  TEMPORAL_UI_URL: webAddress.optional(),
  TASK_QUEUE: z.string().default('followthrough'),
  HOST: z.string().default('0.0.0.0'),
  PORT: wholeNumber(0, 65_535).default(3000),
  WORKER_PORT: wholeNumber(0, 65_535).default(3001),
  PUBLIC_URL: z.string(needed).pipe(webAddress),
  ENCRYPTION_KEY: encryptionKeys,
  SMTP_URL: address(['smtp:', 'smtps:']).optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  ALLOW_PRIVATE_TARGETS: flag.default(false),
  TIME_MACHINE: flag.default(false),
  START_RATE: wholeNumber(1, 10_000).default(40),
  NUDGE_LEAD_MS: wholeNumber(0, LONGEST_LEAD_MS).optional(),
  RATE_LIMIT_PER_MINUTE: wholeNumber(1, 100_000_000).default(30_000),
  MAX_CACHED_WORKFLOWS: wholeNumber(2, 100_000).default(500),
  HELD_PATCHES: patchIds.default([]),
  SHUTDOWN_GRACE_SECONDS: wholeNumber(1, 3600).default(30),
});

/** Names of all settings, for the test that holds `.env.example` to them. */
export const CONFIG_KEYS: readonly string[] = Object.keys(environmentSchema.shape);

// `when`: also when other settings are wrong, so that one look at the error is enough.
const pairedTls = environmentSchema
  .refine((env) => hasKeyIfCert(env), {
    path: ['TEMPORAL_TLS_KEY_PATH'],
    message: 'is needed with TEMPORAL_TLS_CERT_PATH',
    when: () => true,
  })
  .refine((env) => hasCertIfKey(env), {
    path: ['TEMPORAL_TLS_CERT_PATH'],
    message: 'is needed with TEMPORAL_TLS_KEY_PATH',
    when: () => true,
  });

type TlsPaths = Pick<z.output<typeof environmentSchema>, 'TEMPORAL_TLS_CERT_PATH' | 'TEMPORAL_TLS_KEY_PATH'>;

const hasKeyIfCert = (env: TlsPaths) => !env.TEMPORAL_TLS_CERT_PATH || Boolean(env.TEMPORAL_TLS_KEY_PATH);
const hasCertIfKey = (env: TlsPaths) => !env.TEMPORAL_TLS_KEY_PATH || Boolean(env.TEMPORAL_TLS_CERT_PATH);

/** Names every wrong key and what it must be; never a value, since values are secrets. */
export class ConfigError extends Error {
  constructor(readonly problems: { key: string; problem: string }[]) {
    super(`Bad configuration:\n${problems.map(({ key, problem }) => `  ${key} ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** The settings of API and worker, frozen. Throws ConfigError. */
export function loadConfig(env: Environment): Config {
  return deepFreeze(toConfig(check(pairedTls, env)));
}

/** What a command that only needs the database reads. Throws ConfigError. */
export function loadDatabaseUrl(env: Environment): string {
  return check(z.object({ DATABASE_URL: databaseUrl }), env).DATABASE_URL;
}

function check<S extends z.ZodType>(schema: S, env: Environment): z.output<S> {
  const present = Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== '');
  const checked = schema.safeParse(Object.fromEntries(present));
  if (checked.success) return checked.data;
  throw new ConfigError(
    checked.error.issues.map((issue) => ({ key: String(issue.path[0]), problem: issue.message })),
  );
}

function toConfig(env: z.output<typeof environmentSchema>): Config {
  return {
    databaseUrl: env.DATABASE_URL,
    databasePoolSize: env.DATABASE_POOL_SIZE,
    temporal: toTemporalConfig(env),
    host: env.HOST,
    port: env.PORT,
    workerPort: env.WORKER_PORT,
    publicUrl: env.PUBLIC_URL,
    encryptionKeys: env.ENCRYPTION_KEY,
    smtpUrl: env.SMTP_URL ?? null,
    logLevel: env.LOG_LEVEL,
    allowPrivateTargets: env.ALLOW_PRIVATE_TARGETS,
    timeMachine: env.TIME_MACHINE,
    startsPerSecond: env.START_RATE,
    rateLimitPerMinute: env.RATE_LIMIT_PER_MINUTE,
    maxCachedWorkflows: env.MAX_CACHED_WORKFLOWS,
    heldPatches: env.HELD_PATCHES,
    shutdownGraceMs: env.SHUTDOWN_GRACE_SECONDS * 1000,
  };
}

function toTemporalConfig(env: z.output<typeof environmentSchema>): TemporalConfig {
  const certPath = env.TEMPORAL_TLS_CERT_PATH ?? null;
  const apiKey = env.TEMPORAL_API_KEY ?? null;
  return {
    address: env.TEMPORAL_ADDRESS,
    namespace: env.TEMPORAL_NAMESPACE,
    taskQueue: env.TASK_QUEUE,
    nudgeLeadMs: env.NUDGE_LEAD_MS ?? (env.TIME_MACHINE ? SKIPPING_LEAD_MS : LEAD_MS),
    apiKey,
    tls: env.TEMPORAL_TLS ?? (apiKey !== null || certPath !== null),
    tlsCertPath: certPath,
    tlsKeyPath: env.TEMPORAL_TLS_KEY_PATH ?? null,
    tlsCaPath: env.TEMPORAL_TLS_CA_PATH ?? null,
    uiUrl: env.TEMPORAL_UI_URL ?? null,
  };
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    if (typeof part === 'object' && part !== null) deepFreeze(part);
  }
  return Object.freeze(value);
}
