import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { Behaviour } from '../../test/support/recording-behaviour';
import type { Restartable } from '../stack/restartable';
import type { Stack } from '../stack/start-stack';

/** Takes something away, and gives it back after that long. */
export type Outage = (forMs: number) => Promise<void>;

/** Everything the engine needs and may have to do without for a while. */
export function outages(stack: Stack) {
  const { postgres, temporal, judge } = stack;
  const provider = (behaviour: Partial<Behaviour>): Outage => {
    return async (forMs) => {
      await judge.control({ side: 'http', default: behaviour });
      await pause(forMs);
      await judge.control({ side: 'http' });
    };
  };
  return {
    // First, since a call that hangs is given up after 15 s only.
    'the provider hangs': provider({ mode: 'hang' }),
    'the provider answers 500': provider({ status: 500 }),
    'the provider answers 429': provider({ status: 429, headers: { 'retry-after': '1' } }),
    'the provider resets': provider({ mode: 'reset' }),
    'PostgreSQL is stopped': away(postgres),
    'all connections to PostgreSQL are killed, again and again': (forMs: number) =>
      cutConnections(stack, forMs),
    'Temporal is stopped': away(temporal),
  } satisfies Record<string, Outage>;
}

function away(server: Restartable): Outage {
  return async (forMs) => {
    await server.stop();
    await pause(forMs);
    await server.start();
  };
}

async function cutConnections({ databaseUrl }: Stack, forMs: number): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  // Unheard, the end of a server that stops below it would end the proof, and hide why it stopped.
  client.on('error', () => undefined);
  await client.connect();
  const until = Date.now() + forMs;
  while (Date.now() < until) {
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
    );
    await pause(500);
  }
  await client.end();
}
