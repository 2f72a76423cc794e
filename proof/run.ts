// npm run proof [-- NAME…] [-- --small] [-- --seed N]: holds the engine to its promises. Exit code 0 = all hold.
import { parseArgs } from 'node:util';
import { deathProof } from './death/death';
import { doorsProof } from './doors/doors';
import { outageProof } from './outage/outage';
import { portsProof } from './ports/ports';
import { raceProof } from './race/race';
import { proofContext, type Proof } from './proof';

const PROOFS: readonly Proof[] = [raceProof, deathProof, outageProof, doorsProof, portsProof];
const SEEDS = 2 ** 31;

function readArguments() {
  const { values, positionals } = parseArgs({
    options: { small: { type: 'boolean', default: false }, seed: { type: 'string' } },
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
  const chosen = PROOFS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  return { chosen, seed, size: values.small ? ('small' as const) : ('large' as const) };
}

async function runOne(proof: Proof, size: 'small' | 'large', seed: number): Promise<boolean> {
  const beganAt = Date.now();
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  print(`\n${proof.name}: ${proof.promise}\n  seed ${seed}, ${size} form`);
  const failures: string[] = [];
  try {
    const result = await proof.run(proofContext(size, seed, (line) => print(`  · ${line}`)));
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
  const { chosen, seed, size } = readArguments();
  const broken: string[] = [];
  for (const proof of chosen) if (!(await runOne(proof, size, seed))) broken.push(proof.name);
  const verdict = broken.length === 0 ? 'all hold' : `broken: ${broken.join(', ')} (--seed ${seed})`;
  process.stdout.write(`\n${chosen.length} proofs, ${verdict}\n`);
  process.exit(broken.length === 0 ? 0 : 1);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
