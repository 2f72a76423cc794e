import { z } from 'zod';

const entrySchema = z.looseObject({ level: z.string(), time: z.string(), msg: z.string().default('') });
const CLOCK = { from: 11, to: 19 };

/** A JSON line of the processes as a person reads it; anything else is shown as it is. */
export function formatLogLine(process: string, line: string): string {
  const entry = entrySchema.safeParse(parseJson(line)).data;
  if (entry === undefined) return `${process.padEnd(6)} ${line}`;
  const { level, time, msg, ...fields } = entry;
  const facts = Object.entries(fields).map(([name, value]) => `${name}=${shown(value)}`);
  const clock = time.slice(CLOCK.from, CLOCK.to);
  return [clock, process.padEnd(6), level.padEnd(5), msg, ...facts].join(' ');
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
