import { watch } from 'node:fs';

const QUIET_MS = 150;

/**
 * Calls `reload` when TypeScript below `folder` changed and the editor fell quiet; never twice at once. Changes during a
 * reload lead to another one. Answers how to stop.
 */
export function watchSources(folder: string, reload: (changed: string) => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let changed: string | undefined;
  let busy = false;

  async function run(): Promise<void> {
    if (busy || changed === undefined) return;
    const file = changed;
    changed = undefined;
    busy = true;
    await reload(file).finally(() => (busy = false));
    return run();
  }

  const watcher = watch(folder, { recursive: true }, (_event, file) => {
    if (file?.endsWith('.ts') !== true) return;
    changed = file;
    clearTimeout(timer);
    timer = setTimeout(() => void run(), QUIET_MS);
  });
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}
