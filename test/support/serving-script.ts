// Started as a process of its own by the tests of shut-down: starts both servers, says so in one line of JSON, stays.
// Usage: serving-script.ts <name of the PostgreSQL folder> [<file of the Temporal store>] [throw]
import { startPostgres } from '../../scripts/servers/postgres';
import { startTemporal } from '../../scripts/servers/temporal';

async function serve([name = 'test-serving', dbFile, ending]: string[]): Promise<void> {
  const started = [
    startPostgres({ name, durable: true }),
    startTemporal({ dbFile: dbFile ?? null, headless: true }),
  ];
  const pids = (await Promise.all(started)).map((server) => server.pid);
  process.stdout.write(`${JSON.stringify({ pids })}\n`);
  if (ending === 'throw') throw new Error('a crash of the script');
  setInterval(() => undefined, 60_000);
}

void serve(process.argv.slice(2));
