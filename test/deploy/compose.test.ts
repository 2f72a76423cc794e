import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { CONFIG_KEYS, loadConfig } from '../../src/config';
import { namesIn, readText, readYaml, root, variablesIn } from './yaml-file';

const conditions = z.enum(['service_healthy', 'service_completed_successfully']);
const service = z.looseObject({
  image: z.string(),
  build: z.object({ context: z.string(), dockerfile: z.string(), target: z.string() }).optional(),
  command: z.array(z.string()).optional(),
  env_file: z.string().optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).default({}),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: conditions })).default({}),
  healthcheck: z
    .object({ test: z.array(z.string()), retries: z.number() })
    .loose()
    .optional(),
  stop_grace_period: z.string().optional(),
  restart: z.string(),
});
const compose = z.looseObject({
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()),
});

const files = ['docker-compose.yml', 'deploy/compose.production.yml'];
const oneShots = ['temporal-schema', 'temporal-namespace', 'migrate'];

function load(file: string) {
  const [document] = readYaml(file, compose);
  if (!document) throw new Error(`${file} is empty`);
  return document;
}

function serviceOf(file: string, name: string) {
  const found = load(file).services[name];
  if (!found) throw new Error(`${file} has no service ${name}`);
  return found;
}

describe('docker-compose.yml', () => {
  const { services } = load('docker-compose.yml');

  test('is at most four containers: PostgreSQL, Temporal, API and worker', () => {
    expect(Object.keys(services).sort()).toEqual(['api', 'postgres', 'temporal', 'worker']);
  });

  test('uses no variable that .env.example does not explain', () => {
    expect(namesIn('.env.example')).toEqual(expect.arrayContaining(variablesIn('docker-compose.yml')));
  });

  test('gives API and worker the one .env, and addresses that its own services have', () => {
    for (const name of ['api', 'worker']) {
      const { env_file: envFile, environment } = serviceOf('docker-compose.yml', name);
      expect(envFile).toBe('.env');
      expect(CONFIG_KEYS).toEqual(expect.arrayContaining(Object.keys(environment)));
      expect(environment.DATABASE_URL).toContain('@postgres:5432/');
      expect(environment.TEMPORAL_ADDRESS).toBe('temporal:7233');
    }
  });

  test('starts Temporal with the flags of the embedded server', () => {
    const flags = services.temporal?.command ?? [];
    const values = flags.flatMap((flag) => /^--[\w-]+=([\w.]+=\w+)$/.exec(flag)?.[1] ?? []);
    const source = readText('scripts/servers/temporal.ts');
    const settings = [...source.matchAll(/'([\w.]+=(?:\w+))'/g)].map(([, value]) => value);
    expect(values.sort()).toEqual([...settings, 'Organization=Keyword'].sort());
  });

  test('opens no port to other machines unless .env says so', () => {
    const ports = Object.values(services).flatMap(({ ports }) => ports);
    expect(ports).toEqual(['127.0.0.1:8233:8233', '${PUBLISH_ADDRESS:-127.0.0.1}:${PORT:-3000}:3000']);
  });
});

describe('deploy/compose.production.yml', () => {
  const file = 'deploy/compose.production.yml';
  const { services } = load(file);

  test('uses no variable that deploy/production.env.example does not explain', () => {
    expect(variablesIn(file).sort()).toEqual(namesIn('deploy/production.env.example').sort());
  });

  test('gives the owner of the schema to the migrations alone', () => {
    const addresses = Object.entries(services).map(([name, { environment }]) => [
      name,
      /postgres:\/\/(\w+)/.exec(String(environment.DATABASE_URL))?.[1],
    ]);
    expect(Object.fromEntries(addresses.filter(([, login]) => login))).toEqual({
      migrate: 'followthrough_owner',
      api: 'followthrough_service',
      worker: 'followthrough_service',
    });
  });

  test.each(['api', 'worker'])('the settings of %s are ones that it accepts', (name) => {
    const given = Object.entries(serviceOf(file, name).environment).map(([key, value]): [string, string] => [
      key,
      String(value ?? '')
        .replace('${PUBLIC_URL:?set it}', 'https://follow.example.com')
        .replace('${ENCRYPTION_KEY:?set it}', Buffer.alloc(32).toString('base64'))
        .replace(/\$\{[A-Z_]+(?::-([^}]*)|:\?[^}]*)?\}/g, '$1'),
    ]);
    const names = given.map(([key]) => key);
    expect(CONFIG_KEYS).toEqual(expect.arrayContaining(names));
    expect(() => loadConfig(Object.fromEntries(given))).not.toThrow();
  });

  test('runs its one-shot jobs to their end before what needs them', () => {
    for (const [name, { depends_on: needs }] of Object.entries(services)) {
      for (const [needed, { condition }] of Object.entries(needs)) {
        const wanted = oneShots.includes(needed) ? 'service_completed_successfully' : 'service_healthy';
        expect(`${name} waits for ${needed}: ${condition}`).toBe(`${name} waits for ${needed}: ${wanted}`);
      }
    }
    expect(Object.keys(serviceOf(file, 'worker').depends_on).sort()).toEqual([
      'migrate',
      'temporal-namespace',
    ]);
  });

  test('mounts only what is in the repository or a named volume', () => {
    for (const mount of Object.values(services).flatMap(({ volumes }) => volumes)) {
      const [from = ''] = mount.split(':');
      const there = from.startsWith('.')
        ? existsSync(join(root, 'deploy', from))
        : from in load(file).volumes;
      expect(`${from} ${there}`).toBe(`${from} true`);
    }
  });

  test.each(['postgres/20-databases.sh', 'temporal/set-up-schema.sh', 'temporal/set-up-namespace.sh'])(
    '%s is a script that a shell can read',
    (script) => {
      const { status, stderr } = spawnSync('sh', ['-n', join(root, 'deploy', script)], { encoding: 'utf8' });
      expect(stderr).toBe('');
      expect(status).toBe(0);
    },
  );

  test('says of every dynamic setting why it has that value', () => {
    const path = 'deploy/temporal/dynamic-config.yaml';
    const setting = z.array(z.object({ value: z.union([z.boolean(), z.number()]) }).loose());
    const [settings] = readYaml(path, z.record(z.string(), setting));
    expect(settings?.['frontend.WorkflowTimeSkippingEnabled']).toEqual([{ value: false }]);
    expect(
      readText(path)
        .split('\n')
        .filter((line) => line.startsWith('#')).length,
    ).toBeGreaterThan(5);
  });
});

describe.each(files)('%s', (file) => {
  const { services, volumes } = load(file);
  const long = Object.entries(services).filter(([name]) => !oneShots.includes(name));

  test.each(Object.entries(services))('the image of %s is pinned to a version', (_, { image }) => {
    expect(image).toMatch(/^[\w./-]+:\d+\.\d+(\.\d+)?(-\w+)?$/);
  });

  test.each(long)('%s has a health check and comes back after a crash', (_, found) => {
    expect(found.healthcheck?.test[0]).toMatch(/^CMD/);
    expect(found.restart).toBe('unless-stopped');
  });

  test('keeps all state in named volumes', () => {
    const mounted = long.flatMap(([, found]) => found.volumes.map((volume) => volume.split(':')[0] ?? ''));
    expect(mounted.filter((name) => !name.startsWith('.')).sort()).toEqual(Object.keys(volumes).sort());
  });

  test.each(['api', 'worker'])('%s has longer to stop than its sends in flight may take', (name) => {
    const least = {
      DATABASE_URL: 'postgres://db',
      TEMPORAL_ADDRESS: 'temporal:7233',
      PUBLIC_URL: 'http://x',
    };
    const { shutdownGraceMs } = loadConfig({ ...least, ENCRYPTION_KEY: Buffer.alloc(32).toString('base64') });
    const given = /^(\d+)s$/.exec(serviceOf(file, name).stop_grace_period ?? '')?.[1];
    expect(Number(given) * 1000).toBeGreaterThan(shutdownGraceMs + 10_000);
  });

  test.each(['api', 'worker'])('%s is built from the target of its name', (name) => {
    const { build, image } = serviceOf(file, name);
    expect(build?.target).toBe(name);
    expect(image).toBe(`followthrough-${name}:${versionOfPackage()}`);
    expect(existsSync(join(root, file, '..', build?.context ?? '?', build?.dockerfile ?? '?'))).toBe(true);
  });

  test('holds no secret', () => {
    expect(readText(file)).not.toMatch(/(PASSWORD|PWD|ENCRYPTION_KEY): (?!\$\{)\S/);
  });
});

function versionOfPackage(): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readText('package.json'))).version;
}

const composeIsHere = spawnSync('docker', ['compose', 'version']).status === 0;

(composeIsHere ? describe : describe.skip)('docker compose config', () => {
  test.each([
    ['docker-compose.yml', '.env.example'],
    ['deploy/compose.production.yml', 'deploy/production.env.example'],
  ])('accepts %s', (file, example) => {
    const folder = mkdtempSync(join(tmpdir(), 'followthrough-compose-'));
    try {
      const filled = readText(example).replace(/^([A-Z_]+)=$/gm, '$1=x');
      writeFileSync(join(folder, '.env'), filled);
      copyFileSync(join(root, file), join(folder, 'compose.yml'));
      const args = ['compose', '--env-file', '.env', '-f', 'compose.yml', 'config', '--quiet'];
      const { status, stderr } = spawnSync('docker', args, { cwd: folder, encoding: 'utf8' });
      expect(stderr).not.toMatch(/variable is not set/);
      expect(status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
