import { readCommandLine } from '../../scripts/embedded/command-line';

test('port 3000 and no switch are what one gets without asking', () => {
  expect(readCommandLine([], ['json'])).toEqual({ port: 3000, switches: new Set() });
});

test('switches and port are read in any order', () => {
  const expected = { port: 4000, switches: new Set(['json', 'exit']) };
  expect(readCommandLine(['--exit', '--port', '4000', '--json'], ['exit', 'json'])).toEqual(expected);
  expect(readCommandLine(['--json', '--port=4000', '--exit'], ['exit', 'json'])).toEqual(expected);
});

test.each([
  ['an unknown switch', ['--fast'], '--fast'],
  ['a word', ['fast'], 'fast'],
  ['a port that is no number', ['--port', 'x'], '--port must be'],
  ['a port beyond 65535', ['--port', '65536'], '--port must be'],
  ['a negative port', ['--port=-1'], '--port must be'],
])('%s is refused by name', (_what, args, words) => {
  expect(() => readCommandLine(args, ['json'])).toThrow(words);
});
