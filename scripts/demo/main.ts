// npm run demo [-- --exit] [-- --json] [-- --port N]: a small business, its silent contacts, two days in half a minute.
import { readCommandLine } from '../embedded/command-line';
import { createProgress } from '../embedded/progress';
import { createShutdownStack } from '../embedded/shutdown-stack';
import { BUSINESS } from './business';

const INTERRUPTED = 130;
const FAILED = 1;

let exitCode = INTERRUPTED;
const progress = createProgress(process.stderr);
const stack = createShutdownStack(
  () => exitCode,
  () => progress.note('Stopping…'),
);

void stack.run(async () => {
  const { port, switches } = readCommandLine(process.argv.slice(2), ['exit', 'json']);
  const staysUp = !switches.has('exit');
  progress.note(`Followthrough follows up for ${BUSINESS.name}, cycling holidays around Lake Constance`);
  // Loaded now, since it takes a while and the line above should not wait for it.
  const { runDemo } = await import('./run-demo.js');
  const passed = await runDemo({ port, isJson: switches.has('json'), staysUp, progress, stack });
  exitCode = passed ? 0 : FAILED;
  if (staysUp) return;
  await stack.closeAll();
  process.exit(exitCode);
});
