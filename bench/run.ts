// npm run bench [-- --quick] [-- --json FILE]: ours, bare Temporal and the peers, one after the other, by one sink.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '../scripts/servers/folders';
import { ENGINES, FULL_PLAN, QUICK_PLAN, SCENARIOS, type Plan } from './src/plan';
import { lateness } from './src/report/chart';
import { machineFacts } from './src/report/machine';
import { formatTables } from './src/report/table';
import { runPlan } from './src/run-plan';
import { say } from './src/say';

const HELP = `Usage: npm run bench [-- OPTIONS]
  --quick                ours, bare Temporal and BullMQ at 25/s and one burst, under 6 minutes
  --json FILE            also writes the results there
  --engines A,B          of ${ENGINES.join(', ')}
  --scenarios A,B        of ${SCENARIOS.join(', ')}
  --rates 10,25          nudges a second of the window`;

interface CommandLine {
  plan: Plan;
  /** Whether the results are the published ones. */
  published: boolean;
  jsonFile: string | undefined;
}

async function main(args: string[]): Promise<number> {
  const commandLine = readCommandLine(args);
  if (commandLine === null) {
    say(HELP);
    return 0;
  }
  const { plan, published, jsonFile } = commandLine;
  if (process.platform !== 'linux')
    throw new Error('The bench counts CPU and memory by /proc: it needs Linux.');
  const machine = machineFacts();
  const startedAt = Date.now();
  const outcome = await runPlan(plan);
  const minutes = Math.round((Date.now() - startedAt) / 6_000) / 10;
  const report = JSON.stringify({ machine, minutes, plan, ...outcome }, null, 2);

  const folder = join(repositoryRoot, 'bench', 'results', ...(published ? [] : ['local']));
  mkdirSync(folder, { recursive: true });
  const footer = `${machine.date.slice(0, 10)}, ${machine.cores} cores, commit ${machine.commit}`;
  writeFileSync(join(folder, 'bench.json'), `${report}\n`);
  writeFileSync(join(folder, 'lateness.svg'), lateness(outcome, footer));
  if (jsonFile !== undefined) {
    mkdirSync(dirname(jsonFile), { recursive: true });
    writeFileSync(jsonFile, `${report}\n`);
  }
  process.stdout.write(`${formatTables(outcome)}\n\n${minutes} minutes. Results: ${folder}\n`);
  return outcome.failed.length === 0 ? 0 : 1;
}

/** null: the user asks for help. Throws one line for what it does not know. */
function readCommandLine(args: string[]): CommandLine | null {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      json: { type: 'string' },
      engines: { type: 'string' },
      scenarios: { type: 'string' },
      rates: { type: 'string' },
    },
  });
  if (values.help) return null;
  const plan = { ...(values.quick ? QUICK_PLAN : FULL_PLAN) };
  if (values.engines !== undefined) plan.engines = chosen(values.engines, ENGINES);
  if (values.scenarios !== undefined) plan.scenarios = chosen(values.scenarios, SCENARIOS);
  if (values.rates !== undefined) plan.rates = rates(values.rates);
  const isWhole = !values.quick && values.engines === undefined && values.scenarios === undefined;
  return {
    plan,
    published: isWhole && values.rates === undefined,
    jsonFile: values.json === undefined ? undefined : resolve(values.json),
  };
}

function chosen<Name extends string>(text: string, known: readonly Name[]): Name[] {
  return text.split(',').map((word) => {
    const name = known.find((candidate) => candidate === word);
    if (name === undefined) throw new Error(`"${word}" is none of ${known.join(', ')}`);
    return name;
  });
}

function rates(text: string): number[] {
  const numbers = text.split(',').map(Number);
  if (numbers.every((rate) => Number.isInteger(rate) && rate >= 1 && rate <= 200)) return numbers;
  throw new Error(`--rates takes whole numbers from 1 to 200, not "${text}"`);
}

// A signal ends this process, and with it, by their guards and channels, all that it started.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
