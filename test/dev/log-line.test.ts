import { formatLogLine } from '../../scripts/embedded/log-line';

test('a JSON line is shown as time, process, level, message and facts', () => {
  const line = JSON.stringify({
    level: 'info',
    time: '2026-11-21T11:34:01.123Z',
    port: 3000,
    route: '/v1',
    msg: 'API is listening',
  });
  expect(formatLogLine('api', line)).toBe('11:34:01 api    info  API is listening port=3000 route=/v1');
});

test.each(['Error: no', '{"half":', '42', ''])('%p is no log entry and shown as it is', (line) => {
  expect(formatLogLine('worker', line)).toBe(`worker ${line}`);
});
