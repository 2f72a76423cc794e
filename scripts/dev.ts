// npm run dev [-- --json] [-- --port N]: everything on this machine, real clock, data kept in .followthrough/dev.
import { join } from 'node:path';
import { choosePort } from './embedded/choose-port';
import { readCommandLine } from './embedded/command-line';
import { startApp, type AppName } from './embedded/app-process';
import { loadEncryptionKey, loadTenant } from './embedded/dev-settings';
import { createKeptApps, type KeptApps } from './embedded/kept-apps';
import { formatLogLine } from './embedded/log-line';
import { createProgress } from './embedded/progress';
import { createShutdownStack } from './embedded/shutdown-stack';
import { startServers, type Servers } from './embedded/start-servers';
import { watchSources } from './embedded/watch-sources';
import { localFolder, repositoryRoot } from './servers/folders';
import { freePort } from './servers/free-port';

/** Loopback only: private targets and the time machine are open here. */
const HOST = '127.0.0.1';
const GRACE_SECONDS = '8';
/** Below `.followthrough/`; tests take another one, so that they run beside a developer's own. */
const KEPT_IN = process.env.FOLLOWTHROUGH_DEV_FOLDER ?? 'dev';
const folder = join(localFolder(), KEPT_IN);
const settingsFile = join(folder, 'settings.json');

interface Addresses {
  api: string;
  worker: string;
}

let isEnding = false;
const progress = createProgress(process.stderr);
const stack = createShutdownStack(
  () => 0,
  () => progress.note('Stopping…'),
);

void stack.run(async () => {
  const { port, switches } = readCommandLine(process.argv.slice(2), ['json']);
  const apiPort = await choosePort(port, HOST, 'dev');
  const servers = await startServers({
    progress,
    keptIn: KEPT_IN,
    databaseUrl: present(process.env.DATABASE_URL),
    temporalAddress: present(process.env.TEMPORAL_ADDRESS),
  });
  stack.add(servers.stop);
  const tenant = await loadTenant(servers.databaseUrl, settingsFile);
  const ports = { api: apiPort, worker: await freePort() };
  const urls = { api: `http://${HOST}:${ports.api}`, worker: `http://${HOST}:${ports.worker}` };
  const apps = createApps(appEnvironment(servers, ports), urls);
  stack.add(apps.stop);
  await progress.step('API and worker', apps.start);
  const facts = {
    api: urls.api,
    apiKey: tenant.apiKey,
    organizationId: tenant.organizationId,
    temporalAddress: servers.temporalAddress,
    temporalUi: servers.temporalUi ?? null,
    databaseUrl: servers.databaseUrl,
  };
  process.stdout.write(switches.has('json') ? `${JSON.stringify(facts)}\n` : welcome(facts));
  const stopWatching = watchSources(join(repositoryRoot, 'src'), (changed) => reload(apps, changed));
  stack.add(async () => {
    isEnding = true;
    stopWatching();
  });
});

const ENTRIES: Record<AppName, string> = { api: 'src/api/server.ts', worker: 'src/worker.ts' };

function createApps(env: NodeJS.ProcessEnv, urls: Addresses): KeptApps {
  const launch = (name: AppName) =>
    startApp({
      name,
      entry: ENTRIES[name],
      env,
      folder,
      readyUrl: `${urls[name]}/readyz`,
      onLogLine: (line) => process.stderr.write(`${formatLogLine(name, line)}\n`),
    });
  return createKeptApps(launch, (line) => progress.note(line));
}

/** A change that does not run leaves everything stopped until the next one. */
async function reload(apps: KeptApps, changed: string): Promise<void> {
  try {
    await apps.stop();
    await progress.step(`Reload after a change of src/${changed}`, apps.start);
  } catch (error) {
    if (isEnding) return;
    await apps.stop();
    progress.note(`${error instanceof Error ? error.message : String(error)}\nWaiting for the next change.`);
  }
}

/** Settings of a Temporal of the user's own stay; for ours they would mislead (TEMPORAL_API_KEY turns TLS on). */
function appEnvironment(servers: Servers, ports: { api: number; worker: number }): NodeJS.ProcessEnv {
  const isOurs = servers.temporalUi !== undefined;
  const inherited = Object.entries(process.env).filter(([name]) => !isOurs || !name.startsWith('TEMPORAL_'));
  return {
    LOG_LEVEL: 'info',
    ...Object.fromEntries(inherited),
    ...(isOurs && { TEMPORAL_UI_URL: servers.temporalUi }),
    DATABASE_URL: servers.databaseUrl,
    TEMPORAL_ADDRESS: servers.temporalAddress,
    HOST,
    PORT: String(ports.api),
    WORKER_PORT: String(ports.worker),
    PUBLIC_URL: `http://${HOST}:${ports.api}`,
    ENCRYPTION_KEY: loadEncryptionKey(settingsFile),
    ALLOW_PRIVATE_TARGETS: 'true',
    TIME_MACHINE: 'true',
    SHUTDOWN_GRACE_SECONDS: GRACE_SECONDS,
  };
}

function welcome(
  facts: Record<'api' | 'apiKey' | 'databaseUrl', string> & { temporalUi: string | null },
): string {
  return [
    '',
    `Followthrough is up: ${facts.api}   (every route: ${facts.api}/docs)`,
    `  API key          ${facts.apiKey}`,
    ...(facts.temporalUi === null ? [] : [`  Temporal Web UI  ${facts.temporalUi}`]),
    `  PostgreSQL       ${facts.databaseUrl}`,
    `Data stays in .followthrough/${KEPT_IN}. A change in src/ reloads API and worker. Ctrl-C ends it all.`,
    '',
    '',
  ].join('\n');
}

function present(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text;
}
