import { judge } from '../../bench/src/judge';
import { lateness } from '../../bench/src/report/chart';
import { formatTables } from '../../bench/src/report/table';
import type { Outcome } from '../../bench/src/run-plan';
import { judgementOf } from '../../bench/src/scenarios/arena';
import type { BurstResult } from '../../bench/src/scenarios/burst';
import type { WindowResult } from '../../bench/src/scenarios/window';

const DUE = 1_000_000;
const arrivals = [5, 40, 45].map((late, index) => ({ id: `job-${index}`, at: DUE + late, key: null }));
const planned = [0, 1, 2, 3].map((index) => ({ id: `job-${index}`, dueAt: DUE }));
const judgement = judgementOf(judge(planned, arrivals));
const usage = {
  wallSeconds: 1,
  groups: { worker: { cpuSeconds: 0.03, peakResidentBytes: 1, proportionalBytes: null } },
  machineBusy: 0.5,
  foreignBusy: 0.02,
};
const cpuMs = { worker: 8, redis: 2, sink: 100, bench: 100 };
const feed = { accepted: 4, failed: 0, firstFailures: [], acceptMs: null, behindMs: null };
const phase = { nudges: 4, lateness: judgement.lateness, cpuMs, usage };

const windowResult: WindowResult = {
  scenario: 'window',
  engine: 'A & B',
  rate: 25,
  windowSeconds: 1,
  deliveredPerSecond: 25,
  judgement,
  feed,
  together: phase,
  nudgesOnly: phase,
};
const burstResult: BurstResult = {
  scenario: 'burst',
  engine: 'Followthrough',
  size: 4,
  drainSeconds: 0.045,
  deliveredPerSecond: 67,
  judgement,
  feed,
  cpuMs,
  usage,
};
const outcome: Outcome = {
  results: [windowResult, burstResult],
  facts: {},
  skipped: { bullmq: 'no redis-server on PATH' },
  randomReadNs: [{ engine: 'A & B', scenario: 'window', ns: 321 }],
  failed: [],
};

describe('the tables', () => {
  const text = formatTables(outcome);

  test('name the faults, the skipped, and only the scenarios that ran', () => {
    expect(text).toContain('1 lost');
    expect(text).toContain('321 to 321 ns');
    expect(text).toContain('bullmq  no redis-server on PATH');
    expect(text).toContain('Burst');
    expect(text).not.toContain('kill');
    expect(text).not.toContain('Failed');
  });

  test('count the CPU of what a user runs, without the sink and the bench', () => {
    const line = text.split('\n').find((candidate) => candidate.startsWith('A & B'));
    expect(line?.split(/\s{2,}/)).toEqual([
      'A & B',
      '25',
      '40',
      '45',
      '45',
      '25.0',
      '10.0',
      '10.0',
      '1 lost',
      '2 %',
    ]);
  });
});

describe('the chart', () => {
  const svg = lateness(outcome, '2 cores');

  test('is an SVG with a panel for each rate and the burst, and escapes what it is given', () => {
    expect(svg).toMatch(/^<svg [^>]+>[\s\S]+<\/svg>\n$/);
    expect(svg).toContain('25 starts and 25 nudges a second');
    expect(svg).toContain('4 due at one instant');
    expect(svg).toContain('A &amp; B');
    expect(svg).not.toContain('A & B');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('draws nothing where nothing was measured', () => {
    expect(lateness({ ...outcome, results: [] }, '')).not.toMatch(/NaN|Infinity|<circle/);
  });
});
