import { createPaint } from '../../scripts/embedded/paint';
import { runChecks } from '../../scripts/demo/checks';
import { report } from '../../scripts/demo/report';
import { goodFacts } from './demo-facts';

const file = createPaint({ isTTY: false, hasColors: () => true });
const terminal = createPaint({ isTTY: true, hasColors: () => true });
const plainTerminal = createPaint({ isTTY: true, hasColors: () => false });
const ESCAPE = '\x1b[';

const shown = (width: number, paint = file) => report(goodFacts(), runChecks(goodFacts()), width, paint);

test('the report says who heard from us when, who answered, and where everyone ended', () => {
  const text = shown(120);
  expect(text).toMatch(/Sam Silent +Berlin · en +phone +Sat 12:00, 12:00 +– +ghosted Mon 10:00/);
  expect(text).toMatch(/Mary Mailed +Berlin · en +e-mail +Sat 12:00 +Sat 13:00 “Yes” +replied/);
  expect(text).toContain('line 14 (tour-113) bad zone');
  expect(text).toContain('✓ Sent after a reply: 0 (1 answer)');
});

test.each([72, 80, 120])('the report fits into %i columns', (width) => {
  const lines = shown(width).split('\n');
  expect(lines.filter((line) => line.length > width)).toEqual([]);
});

test('a broken promise is marked and explained', () => {
  const facts = goodFacts();
  const checks = runChecks({ ...facts, arrivals: [] });
  expect(report(facts, checks, 120, file)).toContain('✗ Lost on the way: 3 (3 hand-overs)');
});

test('colours are for terminals that want them', () => {
  expect(shown(120, terminal)).toContain(ESCAPE);
  expect(shown(120, file)).not.toContain(ESCAPE);
  expect(shown(120, plainTerminal)).not.toContain(ESCAPE);
});
