// npm run proof [-- NAME…] [-- --small] [-- --seed N] [-- --minutes N]: holds the engine to its promises. Exit code 0 =
// all hold. A proof that lasts as long as it is told to runs when it is named, or when --minutes is given.
import { parseArgs } from 'node:util';
import { deathProof } from './death/death';
import { doorsProof } from './doors/doors';
import { historiesProof } from './histories/histories';
import { modelProof } from './model/against-engine';
import { outageProof } from './outage/outage';
import { portsProof } from './ports/ports';
import { raceProof } from './race/race';
import { soakProof } from './soak/soak';
import { upgradeProof } from './upgrade/upgrade';
import { proofContext, type Proof } from './proof';

const PROOFS: readonly Proof[] = [
  raceProof,
  deathProof,
  outageProof,
  doorsProof,
  portsProof,
  historiesProof,
  modelProof,
  upgradeProof,
  soakProof,
];
const SEEDS = 2 ** 31;

function readArguments() {
  const { values, positionals } = parseArgs({
    options: {
      small: { type: 'boolean', default: false },
      seed: { type: 'string' },
      minutes: { type: 'string' },
    },
    allowPositionals: true,
  });
  const unknown = positionals.find((name) => !PROOFS.some((proof) => proof.name === name));
  if (unknown !== undefined) {
    throw new Error(
      `There is no proof "${unknown}". There are: ${PROOFS.map(({ name }) => name).join(', ')}.`,
    );
  }
  const seed = values.seed === undefined ? Math.floor(Math.random() * SEEDS) : Number(values.seed);
  if (!Number.isInteger(seed)) throw new Error('--seed must be a whole number.');
  const minutes = values.minutes === undefined ? null : Number(values.minutes);
  if (minutes !== null && !(minutes > 0)) throw new Error('--minutes must be a number above 0.');
  const isChosen = ({ name, lastsMinutes }: Proof) =>
    positionals.length === 0 ? !lastsMinutes || minutes !== null : positionals.includes(name);
  const size = values.small ? ('small' as const) : ('large' as const);
  return { chosen: PROOFS.filter(isChosen), context: { size, seed, minutes: minutes ?? undefined } };
}

type Settings = ReturnType<typeof readArguments>['context'];

async function runOne(proof: Proof, { size, seed, minutes }: Settings): Promise<boolean> {
  const beganAt = Date.now();
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  print(`\n${proof.name}: ${proof.promise}\n  seed ${seed}, ${size} form`);
  const failures: string[] = [];
  try {
    const result = await proof.run(proofContext(size, seed, (line) => print(`  · ${line}`), minutes));
    for (const [figure, value] of Object.entries(result.figures)) print(`  ${figure}: ${value}`);
    failures.push(...result.failures);
  } catch (error) {
    failures.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  for (const failure of failures) print(`  ✗ ${failure}`);
  const holds = failures.length === 0;
  print(`  ${holds ? 'PASS' : 'FAIL'} ${proof.name} (${Math.round((Date.now() - beganAt) / 1000)} s)`);
  return holds;
}

async function main(): Promise<void> {
  // Until there is a verdict: a process that ends because nothing is left to wait for has proven nothing.
  process.exitCode = 1;
  const { chosen, context } = readArguments();
  const broken: string[] = [];
  for (const proof of chosen) if (!(await runOne(proof, context))) broken.push(proof.name);
  const verdict = broken.length === 0 ? 'all hold' : `broken: ${broken.join(', ')} (--seed ${context.seed})`;
  process.stdout.write(`\n${chosen.length} proofs, ${verdict}\n`);
  process.exit(broken.length === 0 ? 0 : 1);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
