import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { Pool, type PoolClient } from 'pg';

/** The two roles of design §3; nothing but migrations runs as owner. */
export type DatabaseRole = 'followthrough_app' | 'followthrough_system';

export interface DatabaseOptions {
  url: string;
  role: DatabaseRole;
  maxConnections: number;
  applicationName: string;
  /** How long somebody waits for a connection before the database counts as away; 5 s by default. */
  connectTimeoutMs?: number;
  /** Told of errors on idle connections (a server restart): the pool replaces them by itself. */
  onIdleError(error: Error): void;
}

/** Queries inside one transaction; the same object for every transaction of one connection. */
export type Tx = NodePgDatabase;

export interface Database {
  pool: Pool;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 15_000;
const LOCK_TIMEOUT_MS = 10_000;
const IDLE_IN_TRANSACTION_MS = 20_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A pool whose connections wear `role` from their first statement on. */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = new Pool({
    connectionString: options.url,
    max: options.maxConnections,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + 5_000,
    keepAlive: true,
    // Statements are sent as they come, not one after the answer to the other.
    pipeline: true,
    options: [
      `-c role=${options.role}`,
      `-c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
      `-c lock_timeout=${LOCK_TIMEOUT_MS}`,
      `-c idle_in_transaction_session_timeout=${IDLE_IN_TRANSACTION_MS}`,
      '-c timezone=UTC',
    ].join(' '),
  });
  pool.on('error', options.onIdleError);
  // A connection cut while it is in use fails its query, which its user hears of; unheard, the event would end us.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return { pool, close: () => pool.end() };
}

/** One READ COMMITTED transaction that sees one organization only. `begin` and the scope are one round trip. */
export function inOrganization<T>(database: Database, organizationId: string, work: (tx: Tx) => Promise<T>) {
  if (!UUID.test(organizationId)) throw new TypeError('organizationId is not a UUID');
  return transaction(database, `begin; set local app.organization_id = '${organizationId}'`, work);
}

/** One transaction of the system role: relay, reconciler, purge and key look-up only. */
export function asSystem<T>(database: Database, work: (tx: Tx) => Promise<T>) {
  return transaction(database, 'begin', work);
}

const pools = new WeakMap<Pool, Tx>();

/** Single statements of the system role, each its own transaction: one round trip instead of three. */
export function systemQueries({ pool }: Database): Tx {
  const known = pools.get(pool);
  if (known) return known;
  const queries = drizzle(pool);
  pools.set(pool, queries);
  return queries;
}

const connections = new WeakMap<PoolClient, Tx>();

function queriesOn(client: PoolClient): Tx {
  const known = connections.get(client);
  if (known) return known;
  const queries = drizzle(client);
  connections.set(client, queries);
  return queries;
}

async function transaction<T>(database: Database, begin: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await database.pool.connect();
  let broken: Error | undefined;
  try {
    const began = client.query(begin);
    // Heard before the commit: the first statement travels with it. Should it fail alone, no organization is set.
    began.catch(() => undefined);
    const result = await work(queriesOn(client));
    await began;
    // PostgreSQL answers the commit of a transaction in which a statement failed with a quiet ROLLBACK.
    const { command } = await client.query('commit');
    if (command !== 'COMMIT') throw new Error('the transaction was rolled back at its commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
