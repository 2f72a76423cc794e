import {
  machineSeconds,
  proportionalBytes,
  readProcessTable,
  titleOf,
  treeOf,
  type ProcessRow,
} from './process-table';

/** Processes that are counted together, by the pids at the top of their trees. */
export interface ProcessGroup {
  name: string;
  pids: number[];
  /** Splits the group by what its processes say of themselves: PostgreSQL's backends by database. */
  split?: 'postgres';
  /** Without the children: the bench itself, whose children are what it measures. */
  alone?: boolean;
}

export interface GroupUsage {
  cpuSeconds: number;
  /** The highest sum of resident memory seen; pages that processes share count once for each. */
  peakResidentBytes: number;
  /** At the end, shared pages divided; null where the system does not tell. */
  proportionalBytes: number | null;
}

export interface Usage {
  wallSeconds: number;
  groups: Record<string, GroupUsage>;
  /** Share of all cores that was busy, 0 to 1. */
  machineBusy: number;
  /** Share of all cores that went to processes of nobody here: above a few percent, the figures are not worth much. */
  foreignBusy: number;
}

export interface UsageMeter {
  stop(): Usage;
}

const SAMPLE_MS = 500;

/** Counts CPU and memory of the groups until stopped. Groups are asked for anew: a restarted worker has a new pid. */
export function startUsageMeter(groups: () => ProcessGroup[]): UsageMeter {
  const spent = new Map<string, number>();
  const peaks = new Map<string, number>();
  const machineBefore = machineSeconds();
  const startedAt = performance.now();
  let before = readProcessTable();

  function sample() {
    const table = readProcessTable();
    for (const [name, rows] of members(table, groups())) {
      const cpu = rows.reduce((sum, row) => sum + growth(row, before.get(row.pid)), 0);
      spent.set(name, (spent.get(name) ?? 0) + cpu);
      const resident = rows.reduce((sum, row) => sum + row.residentBytes, 0);
      peaks.set(name, Math.max(peaks.get(name) ?? 0, resident));
    }
    before = table;
    return table;
  }

  members(before, groups()).forEach((_rows, name) => spent.set(name, 0));
  const ticker = setInterval(sample, SAMPLE_MS);
  return {
    stop() {
      clearInterval(ticker);
      const table = sample();
      const wallSeconds = (performance.now() - startedAt) / 1000;
      const machine = machineSeconds();
      const cores = (machine.total - machineBefore.total) / wallSeconds;
      const busy = (machine.busy - machineBefore.busy) / wallSeconds / cores;
      const own = [...spent.values()].reduce((sum, cpu) => sum + cpu, 0) / wallSeconds / cores;
      const now = members(table, groups());
      const usage = [...spent].map(([name, cpuSeconds]): [string, GroupUsage] => [
        name,
        {
          cpuSeconds,
          peakResidentBytes: peaks.get(name) ?? 0,
          proportionalBytes: shared(now.get(name) ?? []),
        },
      ]);
      return {
        wallSeconds,
        groups: Object.fromEntries(usage),
        machineBusy: busy,
        foreignBusy: Math.max(0, busy - own),
      };
    },
  };
}

/** CPU since the last look. What a process used between the last look and its death is lost: half a second at most. */
function growth(row: ProcessRow, before: ProcessRow | undefined): number {
  return before === undefined ? row.cpuSeconds : Math.max(0, row.cpuSeconds - before.cpuSeconds);
}

function members(table: Map<number, ProcessRow>, groups: ProcessGroup[]): Map<string, ProcessRow[]> {
  const found = new Map<string, ProcessRow[]>();
  for (const group of groups) {
    const rows = group.alone ? rowsOf(table, group.pids) : treeOf(table, group.pids);
    for (const row of rows) {
      const name =
        group.split === undefined ? group.name : `${group.name}: ${postgresPart(titleOf(row.pid))}`;
      found.set(name, [...(found.get(name) ?? []), row]);
    }
  }
  return found;
}

function rowsOf(table: Map<number, ProcessRow>, pids: number[]): ProcessRow[] {
  return pids.flatMap((pid) => table.get(pid) ?? []);
}

/** `postgres: user database 127.0.0.1(port) idle` is a backend; everything else is the server's own. */
function postgresPart(title: string): string {
  return /^postgres: \S+ (\S+) \S+\(\d+\)/.exec(title)?.[1] ?? 'own';
}

function shared(rows: ProcessRow[]): number | null {
  const parts = rows.map(({ pid }) => proportionalBytes(pid));
  if (parts.some((part) => part === undefined)) return null;
  return parts.reduce<number>((sum, part) => sum + (part ?? 0), 0);
}
