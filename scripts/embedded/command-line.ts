import { parseArgs, type ParseArgsConfig } from 'node:util';

const DEFAULT_PORT = 3000;
const MAX_PORT = 65_535;

export interface CommandLine {
  /** 0 = any free one. */
  port: number;
  /** The switches that were given, without dashes. */
  switches: ReadonlySet<string>;
}

/** Reads `--port N` and the switches this command knows. Throws one line for anything else. */
export function readCommandLine(args: string[], switches: readonly string[]): CommandLine {
  const options: ParseArgsConfig['options'] = { port: { type: 'string' } };
  for (const name of switches) options[name] = { type: 'boolean' };
  const { values } = parseArgs({ args, options, allowPositionals: false });
  const given = Object.entries(values).filter(([, value]) => value === true);
  return { port: readPort(values.port), switches: new Set(given.map(([name]) => name)) };
}

function readPort(text: unknown): number {
  if (typeof text !== 'string') return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= MAX_PORT) return port;
  throw new Error(`--port must be a number from 0 (any free one) to ${MAX_PORT}, not "${text}".`);
}
