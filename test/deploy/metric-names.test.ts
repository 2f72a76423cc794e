import { z } from 'zod';
import { createMetrics } from '../../src/platform/metrics';
import { readText, readYaml } from './yaml-file';

/** What Temporal's SDK reports of a worker, as our runtime names it: seen on the /metrics of a running worker. */
const SDK_NAMES = [
  'temporal_activity_execution_failed_total',
  'temporal_num_pollers',
  'temporal_sticky_cache_miss_total',
  'temporal_sticky_cache_size',
  'temporal_sticky_cache_total_forced_eviction_total',
  'temporal_worker_task_slots_available',
  'temporal_worker_task_slots_used',
  'temporal_workflow_task_execution_failed_total',
];
const PROMETHEUS_OWN = ['up'];

const dashboard = z.object({
  panels: z.array(
    z.object({
      id: z.number(),
      title: z.string(),
      targets: z.array(z.object({ expr: z.string() }).loose()).default([]),
    }),
  ),
});
const alerts = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          for: z.string().optional(),
          labels: z.object({ severity: z.enum(['page', 'ticket']) }),
          annotations: z.object({ summary: z.string(), description: z.string() }),
        }),
      ),
    }),
  ),
});

const { panels } = dashboard.parse(JSON.parse(readText('deploy/grafana/dashboard.json')));
const rules = readYaml('deploy/alerts.yml', alerts).flatMap(({ groups }) =>
  groups.flatMap((group) => group.rules),
);
const expressions = [
  ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ where: title, expr }))),
  ...rules.map(({ alert, expr }) => ({ where: alert, expr })),
];

/** Metric names of a PromQL expression: what is left without strings, label lists, functions and their words. */
function metricsIn(expr: string): string[] {
  const bare = expr
    .replace(/"[^"]*"/g, '')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, '');
  const words = [...bare.matchAll(/[a-z_][a-z0-9_]*(?!\w*\s*\()/g)].map(([word]) => word);
  return words.filter((word) => !['and', 'or', 'unless', 'bool'].includes(word));
}

/** Names as Prometheus stores them; a histogram has three. */
async function ownNames(): Promise<string[]> {
  const { text } = await createMetrics().render();
  return [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = '', kind]) =>
    kind === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
  );
}

test('the reader of expressions finds names, and nothing else', () => {
  const expr =
    'histogram_quantile(0.9, sum by (le, gate) (rate(a_bucket{x=~"b|c"}[10m]))) > 3 * d or vector(0)';
  expect(metricsIn(expr)).toEqual(['a_bucket', 'd']);
});

test('dashboard and alerts use only metrics that exist', async () => {
  const known = [...(await ownNames()), ...SDK_NAMES, ...PROMETHEUS_OWN];
  const unknown = expressions.flatMap(({ where, expr }) =>
    metricsIn(expr)
      .filter((name) => !known.includes(name))
      .map((name) => `${where}: ${name}`),
  );
  expect(expressions.length).toBeGreaterThan(20);
  expect(unknown).toEqual([]);
});

test('the dashboard shows every metric of ours', async () => {
  const shown = panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => metricsIn(expr)));
  const families = new Set(shown.map((name) => name.replace(/_(bucket|count|sum)$/, '')));
  const own = (await ownNames()).filter((name) => name.startsWith('followthrough_'));
  const ownFamilies = new Set(own.map((name) => name.replace(/_(bucket|count|sum)$/, '')));
  expect([...ownFamilies].filter((name) => !families.has(name))).toEqual([]);
});

test('the SDK names that are allowed are all used', () => {
  const used = new Set(expressions.flatMap(({ expr }) => metricsIn(expr)));
  expect(SDK_NAMES.filter((name) => !used.has(name))).toEqual([]);
});

test('no two panels share an id, and no two alerts a name', () => {
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
});

test.each(rules.map(({ alert }) => alert))('docs/operations.md says what to do about %s', (alert) => {
  expect(readText('docs/operations.md')).toContain(`### ${alert}`);
});
