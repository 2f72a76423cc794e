import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CONFIG_KEYS, loadConfig } from '../../src/config';
import { readYaml, root } from './yaml-file';

const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) }).loose();
const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).optional(),
  envFrom: z.array(z.record(z.string(), z.object({ name: z.string() }))),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })).optional(),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
});
const pod = z.object({
  metadata: z
    .object({ annotations: z.record(z.string(), z.string()) })
    .loose()
    .optional(),
  spec: z.looseObject({
    terminationGracePeriodSeconds: z.number().optional(),
    securityContext: z.looseObject({ runAsNonRoot: z.literal(true) }),
    containers: z.tuple([container]),
  }),
});
const workload = z.looseObject({
  kind: z.string(),
  spec: z.looseObject({ template: pod.optional() }).optional(),
});
const settings = z.object({ kind: z.literal('ConfigMap'), data: z.record(z.string(), z.string()) }).loose();

function podOf(file: string) {
  const [found] = readYaml(`deploy/kubernetes/${file}`, workload).flatMap(({ spec }) => spec?.template ?? []);
  if (!found) throw new Error(`${file} describes no pod`);
  return { ...found.spec, container: found.spec.containers[0], annotations: found.metadata?.annotations };
}

const [configMap] = readYaml('deploy/kubernetes/config.yaml', settings);
const data = configMap?.data ?? {};
const config = loadConfig({
  ...data,
  DATABASE_URL: 'postgres://db',
  ENCRYPTION_KEY: Buffer.alloc(32).toString('base64'),
});

test('every file of deploy/kubernetes is looked at here', () => {
  const known = ['api.yaml', 'config.yaml', 'migrate.yaml', 'worker.yaml'];
  expect(readdirSync(join(root, 'deploy', 'kubernetes')).sort()).toEqual(known);
});

test('the config map holds settings that exist', () => {
  expect(CONFIG_KEYS).toEqual(expect.arrayContaining(Object.keys(data)));
});

test.each(['api.yaml', 'worker.yaml', 'migrate.yaml'])('%s runs a pinned image as nobody special', (file) => {
  expect(podOf(file).container.image).toMatch(/:\d+\.\d+\.\d+$/);
});

describe.each([
  ['api.yaml', config.port],
  ['worker.yaml', config.workerPort],
])('%s', (file, port) => {
  const found = podOf(file);

  test('has longer to stop than its sends in flight may take', () => {
    expect((found.terminationGracePeriodSeconds ?? 0) * 1000).toBeGreaterThan(
      config.shutdownGraceMs + 10_000,
    );
  });

  test('is probed, and scraped, at the port it listens on', () => {
    expect(found.container.ports).toEqual([{ name: 'http', containerPort: port }]);
    expect(found.container.livenessProbe?.httpGet).toEqual({ path: '/healthz', port: 'http' });
    expect(found.container.readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'http' });
    expect(found.annotations?.['prometheus.io/port']).toBe(String(port));
  });
});

test('only the migrations know the owner of the schema', () => {
  const secretsOf = (file: string) =>
    podOf(file).container.envFrom.flatMap((source) => source.secretRef?.name ?? []);
  expect(secretsOf('migrate.yaml')).toEqual(['followthrough-owner']);
  expect([...secretsOf('api.yaml'), ...secretsOf('worker.yaml')]).toEqual(['followthrough', 'followthrough']);
});
