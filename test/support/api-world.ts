import { Writable } from 'node:stream';
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { z } from 'zod';
import { startApi, type RunningApi } from '../../src/api/server';
import { loadConfig, type Config } from '../../src/config';
import { inOrganization, openDatabase, type Database } from '../../src/db/client';
import { problem, type Problem } from '../../src/contracts/http/problem';
import type { Scope } from '../../src/domain/scopes';
import { createLogger } from '../../src/platform/logger';
import { createApiKey } from '../../src/services/api-key/create-api-key';
import { createTestDatabase } from './database';
import { testEnvironment } from './environment';
import { seedOrganization, type SeedOptions } from './seed-organization';

export interface ApiAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** Parsed JSON; undefined when the body is none. Read it through `read` or match it as a whole. */
  body: unknown;
}

export interface CallOptions {
  body?: unknown;
  /** Instead of `body`: sent as it is. */
  raw?: string | Buffer;
  headers?: Record<string, string>;
}

export interface Tenant {
  organizationId: string;
  key: string;
  call(method: string, path: string, options?: CallOptions): Promise<ApiAnswer>;
  get(path: string, headers?: Record<string, string>): Promise<ApiAnswer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
}

/**
 * The API as the process runs it, spoken to over HTTP, on a database of this test file's own unless `settings` name one.
 */
export async function createApiWorld(
  settings: Record<string, string> = {},
  databaseUrlOf: (url: string) => string = (url) => url,
) {
  const shared = settings.DATABASE_URL;
  const testDatabase =
    shared === undefined ? await createTestDatabase() : { url: shared, drop: async () => undefined };
  const config = configOf(settings, databaseUrlOf(testDatabase.url));
  const { log, lines } = captureLog();
  const api = await startApi(config, createLogger(config.logLevel, log));
  const database = openDatabase({
    url: testDatabase.url,
    role: 'followthrough_app',
    maxConnections: 4,
    applicationName: 'test',
    onIdleError: () => undefined,
  });

  return {
    api,
    config,
    database,
    /** Lines of the log so far, parsed. */
    logged: (): unknown[] => lines.map((line): unknown => JSON.parse(line)),
    loggedText: () => lines.join(''),
    /** On a connection of its own, as the owner of the schema. */
    asOwner: <T>(work: (client: Client) => Promise<T>) => asOwner(testDatabase.url, work),
    call: (method: string, path: string, options: CallOptions = {}) => call(api, method, path, options),
    keyOf: (organizationId: string, scopes: Scope[]) => makeKey(database, organizationId, scopes),
    async tenant(seed: SeedOptions = {}, scopes: Scope[] = ['read', 'write', 'admin']): Promise<Tenant> {
      const organizationId = await seedOrganization(database, seed);
      const key = await makeKey(database, organizationId, scopes);
      return tenantOf(api, organizationId, key);
    },
    async close() {
      await api.close();
      await database.close();
      await testDatabase.drop();
    },
  };
}

function configOf(settings: Record<string, string>, databaseUrl: string): Config {
  return loadConfig({
    TEMPORAL_ADDRESS: testEnvironment('TEST_TEMPORAL_ADDRESS'),
    TEMPORAL_UI_URL: 'http://temporal.example:8080',
    TASK_QUEUE: `test-${randomBytes(6).toString('hex')}`,
    PUBLIC_URL: 'http://api.example',
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'debug',
    ...settings,
    DATABASE_URL: databaseUrl,
  });
}

function captureLog() {
  const lines: string[] = [];
  const log = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { log, lines };
}

async function asOwner<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export type ApiWorld = Awaited<ReturnType<typeof createApiWorld>>;

async function makeKey(database: Database, organizationId: string, scopes: Scope[]): Promise<string> {
  return inOrganization(database, organizationId, async (tx) => {
    const { key } = await createApiKey({ tx, organizationId, now: new Date() }, { name: 'test', scopes });
    return key;
  });
}

export function tenantOf(api: RunningApi, organizationId: string, key: string): Tenant {
  const signed = (method: string, path: string, options: CallOptions = {}) =>
    call(api, method, path, { ...options, headers: { authorization: `Bearer ${key}`, ...options.headers } });
  return {
    organizationId,
    key,
    call: signed,
    get: (path, headers = {}) => signed('GET', path, { headers }),
    post: (path, body, headers = {}) => signed('POST', path, { body, headers }),
  };
}

async function call(api: RunningApi, method: string, path: string, options: CallOptions): Promise<ApiAnswer> {
  const json = options.body === undefined ? undefined : JSON.stringify(options.body);
  const body = options.raw ?? json;
  const response = await fetch(api.url + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers },
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? JSON.parse(text) : undefined,
  };
}

/** The answer as its contract types it; fails when the status or the shape is another. */
export function read<S extends z.ZodType>(answer: ApiAnswer, status: number, schema: S): z.output<S> {
  if (answer.status !== status) throw new Error(`${answer.status} instead of ${status}: ${answer.text}`);
  return schema.parse(answer.body);
}

export function readProblem(answer: ApiAnswer, status: number, code: string): Problem {
  const told = read(answer, status, problem);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(told).toMatchObject({ status, code, requestId: answer.headers.get('x-request-id') });
  return told;
}

/** Paths of the fields a problem names. */
export function fieldsOf(answer: ApiAnswer): string[] {
  return (readProblem(answer, 422, 'validation_failed').errors ?? []).map(({ path }) => path);
}
