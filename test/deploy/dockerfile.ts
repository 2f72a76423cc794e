import { readText } from './yaml-file';

/** One instruction of a stage. `from` of a copy is the stage it copies from; absent = the build context. */
export type Step =
  | { kind: 'copy'; from: string | undefined; sources: string[]; target: string }
  | { kind: 'run'; command: string };

export interface Stage {
  name: string;
  /** The stage it builds on; absent when it starts from an image. */
  base: string | undefined;
  image: string | undefined;
  steps: Step[];
  user: string | undefined;
  /** In the JSON form. */
  command: string[] | undefined;
  /** What the health check runs, in the shell form. */
  healthCheck: string | undefined;
  env: Record<string, string>;
}

const HARMLESS = ['WORKDIR', 'EXPOSE'];

/** Reads the plain Dockerfile that ours is. Throws at an instruction it does not know: a test then misses a step. */
export function readDockerfile(path: string): Stage[] {
  const text = readText(path)
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, ' ');
  const args: Record<string, string> = {};
  const stages: Stage[] = [];
  for (const line of text.split('\n').filter((candidate) => candidate.trim() !== '')) {
    const [, instruction = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    if (instruction === 'ARG') {
      const [name = '', value = ''] = rest.split('=');
      args[name] = value;
    } else if (instruction === 'FROM') {
      stages.push(beginStage(rest, args, stages));
    } else {
      const stage = stages.at(-1);
      if (!stage) throw new Error(`${line}: before the first FROM`);
      addTo(stage, instruction, rest);
    }
  }
  return stages;
}

function beginStage(rest: string, args: Record<string, string>, known: Stage[]): Stage {
  const [from = '', name = ''] = rest.split(/\s+AS\s+/);
  const source = from.replace(/\$\{(\w+)\}/g, (_, arg: string) => args[arg] ?? '');
  const base = known.find((stage) => stage.name === source);
  return {
    name,
    base: base?.name,
    image: base ? base.image : source,
    steps: [...(base?.steps ?? [])],
    user: base?.user,
    command: base?.command,
    healthCheck: base?.healthCheck,
    env: { ...base?.env },
  };
}

function addTo(stage: Stage, instruction: string, rest: string): void {
  if (HARMLESS.includes(instruction)) return;
  switch (instruction) {
    case 'COPY':
      stage.steps.push(readCopy(rest));
      return;
    case 'RUN':
      stage.steps.push({ kind: 'run', command: rest });
      return;
    case 'ENV': {
      const [name = '', ...value] = rest.split('=');
      stage.env[name] = value.join('=');
      return;
    }
    case 'USER':
      stage.user = rest;
      return;
    case 'CMD':
      stage.command = [...rest.matchAll(/"([^"]*)"/g)].map(([, word = '']) => word);
      return;
    case 'HEALTHCHECK':
      stage.healthCheck = rest.split(/\sCMD\s/)[1];
      return;
    default:
      throw new Error(`the reader of Dockerfiles does not know ${instruction}`);
  }
}

function readCopy(rest: string): Step {
  const words = rest.split(/\s+/);
  const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined;
  const target = words.pop() ?? '';
  return { kind: 'copy', from, sources: words, target };
}
