import type { Outcome, Result } from '../run-plan';
import type { Judgement } from '../scenarios/arena';
import type { Spread } from '../spread';

type Cell = string | number;

/** Share of the cores that others may have before the figures are worth nothing. */
const QUIET = 0.08;

/** The run as text: one table for each scenario that was run. Milliseconds unless said. */
export function formatTables(outcome: Outcome): string {
  const of = <S extends Result['scenario']>(scenario: S) =>
    outcome.results.filter(
      (result): result is Extract<Result, { scenario: S }> => result.scenario === scenario,
    );
  const foreign = Math.max(0, ...of('window').map(({ together }) => together.usage.foreignBusy));
  const reads = outcome.randomReadNs.map(({ ns }) => ns);
  const parts = [
    foreign > QUIET ? `\nNOT A QUIET MACHINE: up to ${percent(foreign)} of its cores went to others.` : '',
    reads.length > 0
      ? `\nA random read of memory took ${Math.min(...reads)} to ${Math.max(...reads)} ns.`
      : '',
    section('Window: starts and nudges at the same rate', WINDOW_HEAD, of('window').map(windowRow)),
    section('Burst: all due at one instant', BURST_HEAD, of('burst').map(burstRow)),
    section(
      'Saturation: starts and nudges rise together',
      SATURATION_HEAD,
      of('saturation').map(saturationRow),
    ),
    section('kill -9 of the worker', KILL_HEAD, of('kill').map(killRow)),
    section('Our API', API_HEAD, of('api').flatMap(apiRows)),
    section('Import beside nudges, and sleepers', IMPORT_HEAD, of('import').flatMap(importRows)),
    section('Skipped', ['engine', 'why'], Object.entries(outcome.skipped)),
    section(
      'Failed',
      ['engine', 'scenario', 'error'],
      outcome.failed.map(({ engine, scenario, error }) => [engine, scenario, error.slice(0, 120)]),
    ),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

/** What a full judgement comes to, in one cell: nothing to report is a dash. */
function faultsIn({ lost, sentTwice, early, afterReply, unknown }: Judgement): string {
  const faults = { lost, 'sent twice': sentTwice, early, 'after reply': afterReply, unknown };
  const named = Object.entries(faults).filter(([, { count }]) => count > 0);
  return named.map(([name, { count }]) => `${count} ${name}`).join(', ') || '-';
}

/** CPU milliseconds of what a user has to run: without sink and bench. */
function engineCpuMs(cpuMs: Record<string, number>): number {
  return Object.entries(cpuMs).reduce(
    (sum, [name, ms]) => (['sink', 'bench'].includes(name) ? sum : sum + ms),
    0,
  );
}

const WINDOW_HEAD = [
  'engine',
  'rate/s',
  'p50',
  'p99',
  'max',
  'delivered/s',
  'CPU s/1000',
  'of that a nudge',
  'faults',
  'foreign CPU',
];
function windowRow(result: Extract<Result, { scenario: 'window' }>): Cell[] {
  const { engine, rate, together, nudgesOnly, deliveredPerSecond, judgement } = result;
  return [
    engine,
    rate,
    ...lateness(together.lateness),
    deliveredPerSecond.toFixed(1),
    engineCpuMs(together.cpuMs).toFixed(1),
    engineCpuMs(nudgesOnly.cpuMs).toFixed(1),
    faultsIn(judgement),
    percent(together.usage.foreignBusy),
  ];
}

const BURST_HEAD = [
  'engine',
  'size',
  'p50',
  'p99',
  'max',
  'delivered/s',
  'CPU s/1000',
  'faults',
  'foreign CPU',
];
function burstRow(result: Extract<Result, { scenario: 'burst' }>): Cell[] {
  const { engine, size, judgement, deliveredPerSecond, cpuMs, usage } = result;
  return [
    engine,
    size,
    ...lateness(judgement.lateness),
    deliveredPerSecond.toFixed(0),
    engineCpuMs(cpuMs).toFixed(1),
    faultsIn(judgement),
    percent(usage.foreignBusy),
  ];
}

const SATURATION_HEAD = ['engine', 'most/s over 10 s', 'held rate/s', 'rate: delivered/s (p50)', 'faults'];
function saturationRow({
  engine,
  mostPerSecond,
  heldRate,
  steps,
  judgement,
}: Extract<Result, { scenario: 'saturation' }>) {
  const shown = steps.map(
    (step) => `${step.rate}: ${step.deliveredPerSecond.toFixed(0)} (${step.lateness?.p50 ?? '-'})`,
  );
  return [engine, mostPerSecond.toFixed(1), heldRate ?? '-', shown.join('  '), faultsIn(judgement)];
}

const KILL_HEAD = [
  'engine',
  'kills',
  'sent twice',
  'of that accepted twice',
  'after reply',
  'lost',
  'replies (in flight)',
  'latest',
  'next send after',
];
function killRow({
  engine,
  kills,
  judgement,
  replies,
  firstSendAfterMs,
}: Extract<Result, { scenario: 'kill' }>): Cell[] {
  return [
    engine,
    kills,
    judgement.sentTwice.count,
    judgement.acceptedTwice.count,
    judgement.afterReply.count,
    judgement.lost.count,
    replies.acknowledged === 0 ? '-' : `${replies.acknowledged} (${replies.inFlight})`,
    judgement.lateness?.max ?? '-',
    firstSendAfterMs.map((ms) => ms ?? '-').join(', '),
  ];
}

const API_HEAD = ['request', 'per second', 'p50', 'p99', 'max', 'failed'];
function apiRows(result: Extract<Result, { scenario: 'api' }>): Cell[][] {
  const { options, createPaced, createFullSpeed, reply, startsBehindSeconds, beside } = result;
  return [
    ['create, paced', options.createsPerSecond, ...lateness(createPaced.acceptMs), createPaced.failed],
    [
      `create, ${options.clients} clients`,
      createFullSpeed.perSecond.toFixed(0),
      ...lateness(createFullSpeed.ms),
      createFullSpeed.failed,
    ],
    ['workflow starts behind, s', '-', '-', '-', startsBehindSeconds.toFixed(0), '-'],
    [`reply beside ${beside.rate} nudges/s`, options.repliesPerSecond, ...lateness(reply.ms), reply.failed],
    [
      'the nudges beside, late',
      beside.rate,
      ...lateness(beside.together.lateness),
      faultsIn(beside.judgement),
    ],
  ];
}

const IMPORT_HEAD = ['what', 'value'];
function importRows({
  before,
  beside,
  uploadSeconds,
  startedSeconds,
  options,
  sleepers,
}: Extract<Result, { scenario: 'import' }>): Cell[][] {
  const late = (spread: Spread | null) => `p50 ${spread?.p50 ?? '-'}, p99 ${spread?.p99 ?? '-'}`;
  const idle = Object.entries(sleepers.idle.groups).map(
    ([name, { cpuSeconds }]) => `${name} ${((cpuSeconds * 100) / sleepers.idle.wallSeconds).toFixed(1)} %`,
  );
  return [
    [`lateness at ${options.window.rate}/s alone`, late(before.together.lateness)],
    [`lateness beside the import of ${options.rows}`, late(beside.together.lateness)],
    ['upload, s', uploadSeconds.toFixed(1)],
    ['all workflows started after, s', startedSeconds.toFixed(0)],
    ['bytes each in our tables', sleepers.bytesEachInOurTables],
    ["bytes each in Temporal's", sleepers.bytesEachInTemporals],
    [
      'resident MB',
      Object.entries(sleepers.residentMb)
        .map(([name, mb]) => `${name} ${mb}`)
        .join(', '),
    ],
    ['idle CPU of one core', idle.join(', ')],
  ];
}

function lateness(spread: Spread | null): Cell[] {
  if (spread === null) return ['-', '-', '-'];
  return [spread.p50, spread.p99, spread.max].map((ms) => Math.round(ms));
}

const percent = (share: number) => `${Math.round(share * 100)} %`;

function section(title: string, head: string[], rows: Cell[][]): string {
  if (rows.length === 0) return '';
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const [headLine = '', ...body] = lines;
  return [`\n${title}`, headLine, widths.map((width) => '-'.repeat(width)).join('  '), ...body].join('\n');
}
