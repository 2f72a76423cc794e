import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { localFolder } from '../../scripts/servers/folders';
import { commandOf } from '../../scripts/servers/process-facts';
import { buildApp, buildPeers, bundleBareWorkflow } from './engines/app-build';
import { EngineAbsent, type Engine } from './engines/engine';
import { startFollowthrough, type FollowthroughEngine } from './engines/followthrough';
import { startBareTemporal, startBullmq, startPostgresPeer } from './engines/peers';
import type { EngineName, Plan } from './plan';
import { randomReadNs } from './report/memory-speed';
import { say } from './say';
import { runApi, type ApiResult } from './scenarios/api';
import { runBurst, type BurstResult } from './scenarios/burst';
import { runImport, type ImportResult } from './scenarios/import';
import { runKill, type KillResult } from './scenarios/kill';
import { plantAndSee } from './scenarios/plant';
import { runSaturation, type SaturationResult } from './scenarios/saturation';
import { runWindow, type WindowResult } from './scenarios/window';
import { startSink, type Sink } from './sink';

export type Result = WindowResult | BurstResult | SaturationResult | KillResult | ApiResult | ImportResult;

export interface Outcome {
  results: Result[];
  /** By the engine's name: versions, settings, persistence. */
  facts: Record<string, Record<string, string>>;
  /** Engines that were not measured, with the reason. */
  skipped: Record<string, string>;
  /** What a random read of memory took just before, in ns: how fast the machine was then. */
  randomReadNs: { engine: string; scenario: string; ns: number }[];
  /** Scenarios that broke off, with the error. */
  failed: { engine: string; scenario: string; error: string }[];
}

interface Workshop {
  sink: Sink;
  start(name: EngineName): Promise<Engine>;
  startOurs(): Promise<FollowthroughEngine>;
}

/** Runs the plan, one engine after the other, each scenario on an engine of its own start. */
export async function runPlan(plan: Plan): Promise<Outcome> {
  const outcome: Outcome = { results: [], facts: {}, skipped: {}, randomReadNs: [], failed: [] };
  const root = join(localFolder(), 'bench', `run-${process.pid}`);
  removeLeftovers(dirname(root));
  const sink = await startSink();
  try {
    const workshop = await openWorkshop(plan, sink, root);
    for (const name of plan.engines) await measure(plan, name, workshop, outcome);
    if (plan.engines.includes('followthrough')) await measureOurs(plan, workshop, outcome);
  } finally {
    await sink.stop();
    rmSync(root, { recursive: true, force: true });
  }
  return outcome;
}

/** What runs that were killed have left. */
function removeLeftovers(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    const pid = /^run-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && commandOf(Number(pid)) === '')
      rmSync(join(folder, name), { recursive: true, force: true });
  }
}

async function openWorkshop(plan: Plan, sink: Sink, root: string): Promise<Workshop> {
  const fileOf = buildPeers();
  const needs = (prefix: string) => plan.engines.some((name) => name.startsWith(prefix));
  const build = needs('followthrough') ? await buildApp() : null;
  const bundle = needs('floor') ? await bundleBareWorkflow() : '';
  let starts = 0;
  const newFolder = () => {
    const folder = join(root, String(++starts));
    mkdirSync(folder, { recursive: true });
    return folder;
  };
  const ours = (store: 'postgres' | 'dev-server') => {
    if (build === null) throw new Error('our own code was not built');
    return startFollowthrough({ store, build, sink, folder: newFolder(), profile: false, overrides: {} });
  };
  return {
    sink,
    startOurs: () => ours('postgres'),
    start(name) {
      const setup = () => ({ fileOf, sinkUrl: sink.url, folder: newFolder() });
      switch (name) {
        case 'followthrough':
          return ours('postgres');
        case 'followthrough-dev':
          return ours('dev-server');
        case 'floor':
          return startBareTemporal('postgres', setup(), bundle);
        case 'floor-dev':
          return startBareTemporal('dev-server', setup(), bundle);
        case 'bullmq':
          return startBullmq(setup());
        case 'pg-boss':
        case 'graphile-worker':
          return startPostgresPeer(name, setup());
      }
    },
  };
}

async function measure(plan: Plan, name: EngineName, workshop: Workshop, outcome: Outcome): Promise<void> {
  const { sink } = workshop;
  const wanted = (scenario: Plan['scenarios'][number]) => plan.scenarios.includes(scenario);
  const inArena = async (scenario: string, work: (engine: Engine) => Promise<Result[]>) => {
    if (name in outcome.skipped) return;
    await attempt(scenario, name, outcome, () => workshop.start(name), workshop, work);
  };
  if (wanted('window') || wanted('burst')) {
    await inArena('window and burst', async (engine) => {
      const results: Result[] = [];
      for (const rate of wanted('window') ? plan.rates : []) {
        results.push(announce(await runWindow({ engine, sink }, { rate, ...plan.window })));
      }
      if (wanted('burst')) results.push(announce(await runBurst({ engine, sink }, plan.burstSize)));
      return results;
    });
  }
  if (wanted('saturation') && plan.saturated.includes(name)) {
    await inArena('saturation', async (engine) => [
      announce(await runSaturation({ engine, sink }, plan.saturation)),
    ]);
  }
  if (wanted('kill') && !name.endsWith('-dev')) {
    await inArena('kill', async (engine) => [announce(await runKill({ engine, sink }, plan.kill))]);
  }
}

async function measureOurs(plan: Plan, workshop: Workshop, outcome: Outcome): Promise<void> {
  const { sink } = workshop;
  const start = () => workshop.startOurs();
  if (plan.scenarios.includes('api')) {
    await attempt('api', 'followthrough', outcome, start, workshop, async (engine) => [
      announce(await runApi(engine, sink, plan.api)),
    ]);
  }
  if (plan.scenarios.includes('import')) {
    await attempt('import', 'followthrough', outcome, start, workshop, async (engine) => [
      announce(await runImport(engine, sink, plan.import)),
    ]);
  }
}

/** One engine's start, plants and scenario. An absent server skips the engine; anything else is noted and named. */
async function attempt<E extends Engine>(
  scenario: string,
  name: EngineName,
  outcome: Outcome,
  start: () => Promise<E>,
  { sink }: Workshop,
  work: (engine: E) => Promise<Result[]>,
): Promise<void> {
  const ns = randomReadNs();
  outcome.randomReadNs.push({ engine: name, scenario, ns });
  say(`${name}: ${scenario} (a random read of memory takes ${ns} ns)`);
  let engine: E | undefined;
  try {
    engine = await start();
    outcome.facts[engine.name] = engine.facts;
    await plantAndSee({ engine, sink });
    outcome.results.push(...(await work(engine)));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof EngineAbsent) outcome.skipped[name] = reason;
    else outcome.failed.push({ engine: name, scenario, error: reason });
    say(`  ${error instanceof EngineAbsent ? 'skipped' : 'FAILED'}: ${reason}`);
  } finally {
    await engine?.stop();
    await sink.forget();
  }
}

function announce<R extends Result>(result: R): R {
  const judgement = 'judgement' in result ? result.judgement : result.beside.judgement;
  const { lost, sentTwice, early, afterReply, delivered, planned } = judgement;
  say(
    `  ${result.engine} ${result.scenario}${'rate' in result ? ` ${result.rate}/s` : ''}: ${delivered} of ${planned}, ` +
      `lost ${lost.count}, sent twice ${sentTwice.count}, early ${early.count}, after reply ${afterReply.count}`,
  );
  return result;
}
