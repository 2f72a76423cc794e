import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const profileSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.int(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.int() }),
      children: z.array(z.int()).optional(),
    }),
  ),
  samples: z.array(z.int()),
  timeDeltas: z.array(z.number()),
});
type Profile = z.infer<typeof profileSchema>;

export interface Cost {
  where: string;
  /** Milliseconds on the thread's CPU. */
  ms: number;
}

export interface ThreadProfile {
  thread: string;
  busyMs: number;
  /** Time inside a package's or a file's own code, without what it calls. */
  selfByPlace: Cost[];
  /** Time inside a function of ours, with what it calls. */
  totalByFunction: Cost[];
}

const IDLE = new Set(['(idle)', '(program)', '(root)']);
const SHOWN = 40;

/** Reads the V8 profiles that one process left, one for each of its threads. */
export function readProfiles(folder: string): ThreadProfile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => threadOf(name, profileSchema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')))));
}

function threadOf(thread: string, profile: Profile): ThreadProfile {
  const selfMs = new Map<number, number>();
  profile.samples.forEach((id, index) =>
    selfMs.set(id, (selfMs.get(id) ?? 0) + (profile.timeDeltas[index] ?? 0) / 1000),
  );
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const places = new Map<string, number>();
  const functions = new Map<string, number>();
  let busyMs = 0;

  /** `open` holds our functions on the stack, so that a recursive one counts once. */
  const visit = (id: number, open: ReadonlySet<string>): number => {
    const node = byId.get(id);
    if (node === undefined) return 0;
    const { functionName, url, lineNumber } = node.callFrame;
    const self = selfMs.get(id) ?? 0;
    if (!IDLE.has(functionName)) {
      busyMs += self;
      add(places, placeOf(functionName, url), self);
    }
    const ours = isOurs(url) ? `${functionName || '(anonymous)'} ${shorten(url)}:${lineNumber + 1}` : null;
    const inner = ours === null ? open : new Set([...open, ours]);
    const total = (node.children ?? []).reduce((sum, child) => sum + visit(child, inner), self);
    if (ours !== null && !open.has(ours)) add(functions, ours, total);
    return total;
  };
  const root = profile.nodes[0];
  if (root !== undefined) visit(root.id, new Set());
  return { thread, busyMs, selfByPlace: top(places), totalByFunction: top(functions) };
}

function placeOf(functionName: string, url: string): string {
  const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*node_modules\/)/.exec(url)?.[1];
  if (inPackage !== undefined) return inPackage;
  if (url === '') return functionName.startsWith('(') ? functionName : `native ${functionName}`;
  return url.startsWith('node:') ? url : shorten(url);
}

const isOurs = (url: string) => !url.includes('node_modules') && !url.startsWith('node:') && url !== '';
const shorten = (url: string) => url.replace(/^.*\/build\//, '');

function add(map: Map<string, number>, key: string, ms: number): void {
  map.set(key, (map.get(key) ?? 0) + ms);
}

function top(map: Map<string, number>): Cost[] {
  return [...map]
    .map(([where, ms]) => ({ where, ms }))
    .sort((one, other) => other.ms - one.ms)
    .slice(0, SHOWN);
}
