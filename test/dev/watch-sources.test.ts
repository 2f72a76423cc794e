import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchSources } from '../../scripts/embedded/watch-sources';
import { waitFor } from '../support/wait-for';

let folder: string;
let stop: () => void = () => undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'followthrough-watch-'));
  mkdirSync(join(folder, 'deep', 'er'), { recursive: true });
  writeFileSync(join(folder, 'deep', 'er', 'old.ts'), 'old');
});
afterEach(() => {
  stop();
  rmSync(folder, { recursive: true, force: true });
});

/** As editors do it: the new text beside the old file, then in its place. */
function save(file: string): void {
  const path = join(folder, file);
  writeFileSync(`${path}.swp`, 'new');
  renameSync(`${path}.swp`, path);
}

test('a saved file and a new one lead to a reload; what is no source does not', async () => {
  const reloads: string[] = [];
  stop = watchSources(folder, async (changed) => void reloads.push(changed));
  writeFileSync(join(folder, 'notes.md'), 'no source');
  save('deep/er/old.ts');
  await waitFor('the reload', () => reloads.length === 1);
  save('deep/new.ts');
  await waitFor('the second reload', () => reloads.length === 2);
  expect(reloads).toEqual([join('deep', 'er', 'old.ts'), join('deep', 'new.ts')]);
});

test('a change during a reload waits for its end and leads to one more', async () => {
  let atOnce = 0;
  let most = 0;
  let finish: () => void = () => undefined;
  const reloads: string[] = [];
  stop = watchSources(folder, async (changed) => {
    reloads.push(changed);
    most = Math.max(most, ++atOnce);
    await new Promise<void>((resolve) => (finish = resolve));
    atOnce -= 1;
  });
  save('one.ts');
  await waitFor('the first reload', () => reloads.length === 1);
  save('two.ts');
  save('three.ts');
  finish();
  await waitFor('the second reload', () => reloads.length === 2);
  finish();
  expect(most).toBe(1);
});
