import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { root } from './source-files';

const reportSchema = z.object({
  summary: z.object({
    totalCruised: z.number(),
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

/** What the law says about the folder `src` in `cwd`. That ours keeps it is a check of its own (`npm run verify`). */
function judge(cwd: string): z.infer<typeof reportSchema>['summary'] {
  const program = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
  const law = join(root, '.dependency-cruiser.cjs');
  const options = ['src', '--config', law, '--output-type', 'json', '--no-cache'];
  const { stdout, stderr } = spawnSync(process.execPath, [program, ...options], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (stdout === '') throw new Error(stderr);
  return reportSchema.parse(JSON.parse(stdout)).summary;
}

/** A tree that breaks the law once per line: file -> its text. */
const breaches: Record<string, string> = {
  'src/domain/plan.ts': `import '../platform/clock'; import 'zod'; import 'node:fs'; export const plan = 1;`,
  'src/platform/clock.ts': `import '../db/client'; export const clock = 1;`,
  'src/db/client.ts': `import 'pg'; import 'express'; export const client = 1;`,
  'src/services/ports.ts': `import '../contracts/http/page'; export interface Port { go(): void }; export const port = 1;`,
  'src/contracts/http/page.ts': `import 'zod'; import '../../services/verb'; export const page = 1;`,
  'src/services/verb.ts': `export const verb = 1;`,
  'src/workflows/clock.ts': `import { act } from '../activities/act'; import 'pg'; export const clock = act;`,
  'src/workflows/fine.ts': `import type { Act } from '../activities/act'; export type Fine = Act;`,
  'src/activities/act.ts': `import '../db/schema'; import '../db/client'; export const act = 1; export type Act = typeof act;`,
  'src/db/schema.ts': `import 'drizzle-orm'; export const schema = 1;`,
  'src/channels/webhook.ts': `import { port } from '../services/ports'; import '../config'; export const webhook = port;`,
  'src/generation/liquid.ts': `import type { Port } from '../services/ports'; export type Liquid = Port;`,
  'src/temporal/time-machine.ts': `import { clock } from '../workflows/clock'; export const machine = clock;`,
  'src/api/routes/list.ts': `import '../../db/client'; import '../server'; export const list = 1;`,
  'src/api/server.ts': `import '../config'; import './one'; import '../channels/webhook';`,
  'src/api/one.ts': `import './other'; export const one = 1;`,
  'src/api/other.ts': `import './one'; import 'jest'; import './nowhere'; export const other = 1;`,
  'src/config.ts': `import './domain/plan'; import 'zod'; export const config = 1;`,
  'src/services/orphan.ts': `export const orphan = 1;`,
};

const expected = [
  'activities-knows-only-its-own src/activities/act.ts src/db/schema.ts',
  'channels-knows-only-its-own src/channels/webhook.ts src/config.ts',
  'channels-knows-only-types-of-ports src/channels/webhook.ts src/services/ports.ts',
  'config-knows-zod-only src/config.ts src/domain/plan.ts',
  'contracts-knows-only-its-own src/contracts/http/page.ts src/services/verb.ts',
  'db-uses-only-its-libraries src/db/client.ts node_modules/express',
  'domain-knows-only-its-own src/domain/plan.ts src/platform/clock.ts',
  'domain-uses-only-its-libraries src/domain/plan.ts node_modules/zod',
  'no-cycles src/api/one.ts src/api/other.ts',
  'no-orphans src/services/orphan.ts src/services/orphan.ts',
  'nothing-knows-the-roots src/api/routes/list.ts src/api/server.ts',
  'only-roots-read-config src/channels/webhook.ts src/config.ts',
  'platform-knows-only-its-own src/platform/clock.ts src/db/client.ts',
  'production-needs-no-development-package src/api/other.ts node_modules/jest',
  'resolves src/api/other.ts ./nowhere',
  'routes-know-no-database src/api/routes/list.ts src/db/client.ts',
  'services-knows-only-its-own src/services/ports.ts src/contracts/http/page.ts',
  'temporal-knows-only-types-of-workflows src/temporal/time-machine.ts src/workflows/clock.ts',
  'workflows-are-free-of-node src/domain/plan.ts fs',
  'workflows-knows-only-types-of-activities src/workflows/clock.ts src/activities/act.ts',
  'workflows-uses-only-its-libraries src/workflows/clock.ts node_modules/pg',
];

function plant(): string {
  const folder = mkdtempSync(join(tmpdir(), 'import-law-'));
  for (const [file, text] of Object.entries(breaches)) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  for (const shared of ['node_modules', 'package.json', 'tsconfig.json']) {
    symlinkSync(join(root, shared), join(folder, shared));
  }
  return folder;
}

describe('the law of imports', () => {
  test('sees every kind of breach, and no other', () => {
    const folder = plant();
    try {
      const { violations } = judge(folder);
      const found = violations.map(({ rule, from, to }) => `${rule.name} ${from} ${packageOf(to)}`);
      expect(new Set(found)).toEqual(new Set(expected));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function packageOf(path: string): string {
  return /(node_modules\/[^/]+)/.exec(path)?.[1] ?? path;
}
