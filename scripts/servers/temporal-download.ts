import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const CONNECT_LIMIT_MS = 4_000;
const DOWNLOAD_LIMIT_MS = 300_000;
const GO_ARCHITECTURES: Partial<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Fetches the release of the CLI's own project into `target`. Throws within seconds when there is no way out. */
export async function downloadTemporalCli(
  version: string,
  target: string,
  progress: (line: string) => void,
): Promise<void> {
  const url = releaseUrl(version);
  mkdirSync(dirname(target), { recursive: true });
  const draft = mkdtempSync(join(dirname(target), '.download-'));
  try {
    const archive = join(draft, 'temporal.tar.gz');
    await fetchTo(url, archive, () => progress(`Downloading the Temporal CLI ${version}, about 60 MB.`));
    execFileSync('tar', ['-xzf', archive, '-C', draft, 'temporal'], { stdio: 'pipe' });
    renameSync(join(draft, 'temporal'), target);
  } catch (error) {
    throw new Error('its release cannot be downloaded', { cause: error });
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function releaseUrl(version: string): string {
  const architecture = GO_ARCHITECTURES[process.arch];
  if (architecture === undefined || !['linux', 'darwin'].includes(process.platform)) {
    throw new Error(`no release for ${process.platform} on ${process.arch}`);
  }
  const file = `temporal_cli_${version}_${process.platform}_${architecture}.tar.gz`;
  return `https://github.com/temporalio/cli/releases/download/v${version}/${file}`;
}

async function fetchTo(url: string, file: string, onAnswer: () => void): Promise<void> {
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(), CONNECT_LIMIT_MS);
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(), DOWNLOAD_LIMIT_MS);
    onAnswer();
    await pipeline(Readable.fromWeb(response.body), createWriteStream(file));
  } finally {
    clearTimeout(timer);
  }
}
