// Stands between a script of ours and a server it starts, in a session of its own. When the script is gone, however it
// went (kill -9 too), the IPC channel closes and the guard ends the server: nothing we start can be left an orphan.
// Usage: node guard.mjs <runFile>, then one IPC message: the command (see guarded-process.ts).
import { spawn } from 'node:child_process';
import { openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const LOG_TAIL_LINES = 12;
const runFile = process.argv[2];
let server;
let ending = false;

function report(message) {
  return new Promise((resolve) => (process.connected ? process.send(message, () => resolve()) : resolve()));
}

async function quit(message, leftovers) {
  for (const path of leftovers) rmSync(path, { recursive: true, force: true });
  await report(message);
  process.exit(0);
}

/** The leftovers may hold the log: its end travels with the news. */
function tailOf(logFile) {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}

function start(command) {
  try {
    writeFileSync(runFile, JSON.stringify({ ownerPid: process.ppid, guardPid: process.pid }), { flag: 'wx' });
  } catch (error) {
    return quit({ failed: error.code === 'EEXIST' ? 'in use' : error.message }, []);
  }
  const leftovers = [runFile, ...command.removeOnEnd];
  const log = openSync(command.logFile, 'w', 0o600);
  server = spawn(command.command, command.args, {
    cwd: command.cwd,
    env: command.env,
    ...command.runAs,
    stdio: ['ignore', log, log],
  });
  server.once('error', (error) => quit({ failed: error.message }, leftovers));
  server.once('exit', (code, signal) =>
    quit({ ended: { code, signal, log: tailOf(command.logFile) } }, leftovers),
  );
  if (server.pid === undefined) return undefined;
  const pids = { ownerPid: process.ppid, guardPid: process.pid, serverPid: server.pid };
  writeFileSync(runFile, JSON.stringify(pids));
  end.command = command;
  if (ending) kill();
  return report({ started: server.pid });
}

function kill() {
  server.kill(end.command.stopSignal);
  setTimeout(() => server.kill('SIGKILL'), end.command.killAfterMs).unref();
}

function end() {
  if (ending) return;
  ending = true;
  if (server?.pid !== undefined) kill();
  else if (!end.command && !process.connected) process.exit(0);
}

process.on('message', (message) => (message === 'end' ? end() : void start(message)));
process.on('disconnect', end);
process.on('uncaughtException', (error) => {
  server?.kill('SIGKILL');
  void quit({ failed: error.message }, []);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
