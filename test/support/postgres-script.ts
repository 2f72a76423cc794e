// Started as a process of its own by a test: an ephemeral PostgreSQL until SIGTERM, its address in one line.
import { startPostgres } from '../../scripts/servers/postgres';

async function serve(): Promise<void> {
  const server = await startPostgres({ name: 'test-script', durable: false, ephemeral: true });
  process.stdout.write(`${server.url()}\n`);
  const stay = setInterval(() => undefined, 60_000);
  process.once('SIGTERM', () => {
    clearInterval(stay);
    void server.stop();
  });
}

void serve();
