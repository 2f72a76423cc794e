import { readdirSync, readFileSync } from 'node:fs';

const TICK_MS = 10;

/** CPU milliseconds of a process by the names of its threads: what is V8's and what is the SDK's native core. */
export function threadCpu(pid: number): Map<string, number> {
  const spent = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ms = (Number(fields[11]) + Number(fields[12])) * TICK_MS;
    const label = Number(thread) === pid ? `${name} (main)` : name;
    spent.set(label, (spent.get(label) ?? 0) + ms);
  }
  return spent;
}
