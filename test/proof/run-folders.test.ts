import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pruneRunFolders } from '../../proof/stack/run-folders';

/** No process has it: beyond the largest that Linux gives. */
const DEAD_PID = 2 ** 22 + 1;

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'followthrough-runs-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function made(name: string, minutesAgo: number): string {
  const path = join(folder, name);
  mkdirSync(path);
  const at = Date.now() / 1000 - minutesAgo * 60;
  utimesSync(path, at, at);
  return name;
}

test('the folders of the last five runs and builds are kept, older ones go', () => {
  const ages = [1, 2, 3, 4, 5, 6, 7];
  const runs = ages.map((age) => made(`proof-${DEAD_PID}-00000${age}`, age));
  const builds = ages.map((age) => made(`build-0123456789abcde${age}`, age));
  pruneRunFolders(folder);
  expect(readdirSync(folder).sort()).toEqual([...runs.slice(0, 5), ...builds.slice(0, 5)].sort());
});

test('the folder of a run that still lives stays, however old, and so does what is none of ours', () => {
  const kept = [made(`proof-${process.pid}-abcdef`, 90), made('something-else', 90)];
  for (let age = 1; age <= 5; age += 1) kept.push(made(`proof-${DEAD_PID}-00000${age}`, age));
  pruneRunFolders(folder);
  expect(readdirSync(folder).sort()).toEqual(kept.sort());
  expect(() => pruneRunFolders(join(folder, 'nothing-there'))).not.toThrow();
});
