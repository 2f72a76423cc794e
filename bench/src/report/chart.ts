import type { Outcome } from '../run-plan';

interface Bar {
  label: string;
  p50: number;
  p99: number;
  delivered: string;
}

const WIDTH = 860;
const LEFT = 210;
const RIGHT = 150;
const ROW = 26;
const TOP = 64;
const TICKS_MS = [1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000];

/** Lateness of each engine as one line from p50 to p99 on a logarithmic scale: a panel for each rate, one for the burst. */
export function lateness(outcome: Outcome, footer: string): string {
  const panels = panelsOf(outcome);
  const values = panels.flatMap(({ bars }) => bars.flatMap(({ p50, p99 }) => [p50, p99]));
  const ticks = ticksFor(Math.max(1, ...values));
  const x = scale(ticks);
  let y = TOP;
  const parts: string[] = [];
  for (const { title, bars } of panels) {
    parts.push(text(16, y, title, 'font-weight="600"'));
    parts.push(...ticks.map((tick) => line(x(tick), y + 8, x(tick), y + 12 + bars.length * ROW, '#8884', 1)));
    parts.push(...bars.map((bar, index) => row(bar, x, y + 26 + index * ROW)));
    y += 46 + bars.length * ROW;
  }
  const axis = ticks.map((tick) => text(x(tick), y - 10, label(tick), 'text-anchor="middle" class="small"'));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 30}" role="img" aria-label="Lateness at the sink">`,
    `<style>text{font:13px system-ui,sans-serif;fill:#333}.small{font-size:11px;fill:#666}`,
    `@media(prefers-color-scheme:dark){text{fill:#ddd}.small{fill:#aaa}}</style>`,
    text(
      16,
      26,
      'How late a message reaches the provider: p50 (dot) to p99 (end of line), logarithmic',
      'font-weight="600"',
    ),
    ...parts,
    ...axis,
    text(16, y + 16, footer, 'class="small"'),
    '</svg>',
    '',
  ].join('\n');
}

function panelsOf({ results }: Outcome): { title: string; bars: Bar[] }[] {
  const windows = results.flatMap((result) => (result.scenario === 'window' ? [result] : []));
  const rates = [...new Set(windows.map(({ rate }) => rate))];
  const ofRates = rates.map((rate) => ({
    title: `${rate} starts and ${rate} nudges a second`,
    bars: windows
      .filter((result) => result.rate === rate)
      .flatMap(({ engine, together, deliveredPerSecond }) => {
        const spread = together.lateness;
        const delivered = `${deliveredPerSecond.toFixed(0)}/s`;
        return spread === null ? [] : [{ label: engine, p50: spread.p50, p99: spread.p99, delivered }];
      }),
  }));
  const bursts = results.flatMap((result) => {
    if (result.scenario !== 'burst' || result.judgement.lateness === null) return [];
    const { p50, p99 } = result.judgement.lateness;
    return [
      {
        size: result.size,
        bar: { label: result.engine, p50, p99, delivered: `${result.deliveredPerSecond.toFixed(0)}/s` },
      },
    ];
  });
  const first = bursts[0];
  if (first === undefined) return ofRates;
  return [...ofRates, { title: `${first.size} due at one instant`, bars: bursts.map(({ bar }) => bar) }];
}

function row({ label: name, p50, p99, delivered }: Bar, x: (ms: number) => number, y: number): string {
  const color = name.startsWith('Followthrough') ? '#0a7d5a' : '#7a869a';
  const figures = `${label(p50)} to ${label(p99)}, ${delivered}`;
  return [
    text(LEFT - 12, y + 4, name, 'text-anchor="end"'),
    line(x(p50), y, x(p99), y, color, 4),
    `<circle cx="${round(x(p50))}" cy="${y}" r="5" fill="${color}"/>`,
    text(WIDTH - RIGHT + 8, y + 4, figures, 'class="small"'),
  ].join('\n');
}

function ticksFor(most: number): number[] {
  const last = TICKS_MS.findIndex((tick) => tick >= most);
  return last < 0 ? TICKS_MS : TICKS_MS.slice(0, Math.max(last, 2) + 1);
}

function scale(ticks: number[]): (ms: number) => number {
  const span = Math.log(ticks.at(-1) ?? 10);
  return (ms) => LEFT + (Math.log(Math.max(1, ms)) / span) * (WIDTH - LEFT - RIGHT);
}

const round = (value: number) => Math.round(value * 10) / 10;
const label = (ms: number) => (ms < 1_000 ? `${Math.round(ms)} ms` : `${round(ms / 1000)} s`);

function line(x1: number, y1: number, x2: number, y2: number, color: string, width: number): string {
  const ends = `x1="${round(x1)}" y1="${y1}" x2="${round(x2)}" y2="${y2}"`;
  return `<line ${ends} stroke="${color}" stroke-width="${width}" stroke-linecap="round"/>`;
}

function text(x: number, y: number, words: string, attributes: string): string {
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escaped}</text>`;
}
