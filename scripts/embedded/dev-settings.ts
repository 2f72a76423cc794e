import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { createTenant, findTenant, type Tenant } from './create-tenant';

const settingsSchema = z.object({ encryptionKey: z.string(), apiKey: z.string().nullable() });
type DevSettings = z.infer<typeof settingsSchema>;

const KEY_BYTES = 32;
const OWNER_ONLY = 0o600;

/** Made once per clone, so that secrets sealed yesterday open today. */
export function loadEncryptionKey(file: string): string {
  const settings = read(file);
  if (settings !== null) return settings.encryptionKey;
  const encryptionKey = randomBytes(KEY_BYTES).toString('base64');
  write(file, { encryptionKey, apiKey: null });
  return encryptionKey;
}

/** The organization and key of earlier runs, or new ones when this database does not know them. */
export async function loadTenant(databaseUrl: string, file: string): Promise<Tenant> {
  const encryptionKey = loadEncryptionKey(file);
  const apiKey = read(file)?.apiKey ?? null;
  const known = apiKey === null ? null : await findTenant(databaseUrl, apiKey);
  if (known !== null) return known;
  const tenant = await createTenant(databaseUrl, { name: 'Development' });
  write(file, { encryptionKey, apiKey: tenant.apiKey });
  return tenant;
}

function read(file: string): DevSettings | null {
  try {
    return settingsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new Error(`${file} cannot be read: repair it, or delete it to get new keys.`, { cause: error });
  }
}

/** Renamed into place: a crash leaves the old one whole. */
function write(file: string, settings: DevSettings): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(settings, null, 2)}\n`, { mode: OWNER_ONLY });
  renameSync(draft, file);
}
