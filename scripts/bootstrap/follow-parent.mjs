// Loaded before what bootstrap runs: when bootstrap is gone (kill -9 too), so is its child, as if by SIGTERM.
import process from 'node:process';

if (process.env.FOLLOWTHROUGH_PARENT === String(process.ppid) && process.channel) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}
