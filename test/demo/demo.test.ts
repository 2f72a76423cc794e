import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const root = join(__dirname, '..', '..');
const run = promisify(execFile);
const LIMIT_MS = 180_000;

const factsSchema = z.object({
  passed: z.boolean(),
  checks: z.array(z.object({ promise: z.string(), holds: z.boolean(), violations: z.array(z.string()) })),
  conversations: z.array(
    z.object({
      externalId: z.string(),
      stage: z.string(),
      script: z.object({ afterNudges: z.int() }).nullable(),
      deliveries: z.array(z.object({ step: z.int() })),
    }),
  ),
  arrivals: z.array(z.object({ channel: z.string(), text: z.string() })),
  rejected: z.array(z.object({ line: z.int(), reason: z.string() })),
});
type Facts = z.output<typeof factsSchema>;

async function runDemo(): Promise<Facts> {
  const args = ['--import', 'tsx', 'scripts/demo/main.ts', '--exit', '--json', '--port', '0'];
  const { stdout } = await run(process.execPath, args, { cwd: root, timeout: LIMIT_MS, maxBuffer: 2 ** 24 });
  return factsSchema.parse(JSON.parse(stdout));
}

describe('the demo, run as a user runs it', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = await runDemo();
  }, LIMIT_MS);

  test('keeps every promise', () => {
    expect(facts.checks.filter(({ holds }) => !holds)).toEqual([]);
    expect(facts.checks).toHaveLength(9);
    expect(facts.passed).toBe(true);
  });

  test('nudges each contact as often as it waited for an answer', () => {
    const nudges = new Map(facts.conversations.map((one) => [one.externalId, one.deliveries.length]));
    for (const { externalId, script } of facts.conversations.filter((one) => one.script !== null)) {
      expect([externalId, nudges.get(externalId)]).toEqual([externalId, script?.afterNudges]);
    }
    expect(nudges.get('tour-101')).toBe(3);
    expect(nudges.get('hotel-203')).toBe(2);
  });

  test('ends each conversation where it belongs', () => {
    const stages = facts.conversations.map(({ stage }) => stage);
    const count = (stage: string) => stages.filter((one) => one === stage).length;
    expect({ all: stages.length, engaged: count('engaged'), optedOut: count('opted_out') }).toEqual({
      all: 24,
      engaged: 11,
      optedOut: 2,
    });
    expect(count('ghosted')).toBe(11);
  });

  test('reaches phones and mailboxes, each contact in its own language', () => {
    expect(new Set(facts.arrivals.map(({ channel }) => channel))).toEqual(new Set(['webhook', 'email']));
    for (const greeting of ['Hallo Hannah', 'Hi Amelia', 'Bonjour Camille']) {
      expect(facts.arrivals.some(({ text }) => text.startsWith(greeting))).toBe(true);
    }
  });

  test('names line and field of the rows it refused', () => {
    expect(facts.rejected).toEqual([
      expect.objectContaining({ line: 14, reason: expect.stringContaining('contact.timeZone') }),
      expect.objectContaining({ line: 19, reason: expect.stringContaining('contact.email') }),
    ]);
  });
});

test.each([
  ['an option it does not know', ['--fast'], '--fast'],
  ['a port that is none', ['--port', 'x'], '--port must be a number'],
])('%s is refused in words', async (_what, args, words) => {
  const script = ['--import', 'tsx', 'scripts/demo/main.ts', ...args];
  await expect(run(process.execPath, script, { cwd: root })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(words),
  });
});
