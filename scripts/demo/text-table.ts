export interface Column {
  title: string;
  /** It gets no narrower than this. */
  minWidth: number;
  /** Colours the text of a cell once it is laid out. */
  paint?: (text: string) => string;
}

const GAP = '  ';
/** Keeps words of a cell together; shown as a space. */
export const KEEP = '\u00a0';

/**
 * Lays out rows under their titles within `width` characters: the widest column gives way first, and its cells wrap at
 * spaces. A word that is too long even so is cut.
 */
export function textTable(columns: Column[], rows: string[][], width: number, indent = ''): string[] {
  const titles = columns.map(({ title }) => title);
  const widths = fitWidths(columns, [titles, ...rows], width - indent.length);
  const head = layOut(titles, widths).map((line) => indent + line.join(GAP).trimEnd());
  const rule = indent + widths.map((size) => '─'.repeat(size)).join(GAP);
  return [...head, rule, ...rows.flatMap((row) => paintRow(row, columns, widths, indent))];
}

function paintRow(row: string[], columns: Column[], widths: number[], indent: string): string[] {
  return layOut(row, widths).map((line) => {
    const cells = line.map((cell, index) => columns[index]?.paint?.(cell) ?? cell);
    return (indent + cells.join(GAP)).trimEnd();
  });
}

/** One line or more for a row, each with a padded cell per column. */
function layOut(row: string[], widths: number[]): string[][] {
  const cells = widths.map((width, index) => wrap(row[index] ?? '', width));
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_unused, line) =>
    cells.map((lines, index) => (lines[line] ?? '').padEnd(widths[index] ?? 0)),
  );
}

function fitWidths(columns: Column[], rows: string[][], width: number): number[] {
  const widths = columns.map((_column, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  const isTooWide = () => sum(widths) + GAP.length * (columns.length - 1) > width;
  while (isTooWide()) {
    const spare = widths.map((size, index) => size - (columns[index]?.minWidth ?? 0));
    const widest = widths.indexOf(Math.max(...widths.filter((_size, index) => (spare[index] ?? 0) > 0)));
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 1) - 1;
  }
  return widths;
}

export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (joined.length <= width) line = joined;
    else {
      if (line !== '') lines.push(line);
      line = word.length <= width ? word : `${word.slice(0, width - 1)}…`;
    }
  }
  return [...lines, line].map((one) => one.replaceAll(KEEP, ' '));
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
