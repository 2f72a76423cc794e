import { join } from 'node:path';
import { cachedCliPath, serverVersionIn } from '../../scripts/servers/temporal-cli';
import { isAtLeast } from '../../scripts/servers/version';

describe('the Temporal CLI', () => {
  test.each([
    ['temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)', '1.32.0'],
    ['temporal version 0.0.0-DEV (Server 1.32.1, UI 2.54.1)', '1.32.1'],
    ['temporal version 1.32.0', undefined],
    ['', undefined],
  ])('%p is judged by its server', (output, version) => {
    expect(serverVersionIn(output)).toBe(version);
  });

  test.each([
    ['1.32.0', '1.32.0', true],
    ['1.31.9', '1.32.0', false],
    ['1.100.0', '1.32.0', true],
    ['2.0.0', '1.32.0', true],
    ['1.26', '1.26.8', false],
    ['1.27', '1.26.8', true],
    ['0', '1.26.8', false],
  ])('%s against %s: new enough is %p', (version, minimum, expected) => {
    expect(isAtLeast(version, minimum)).toBe(expected);
  });

  test('is kept in the cache folder of the user, by version', () => {
    expect(cachedCliPath({ XDG_CACHE_HOME: '/cache' })).toBe(
      join('/cache', 'followthrough', 'temporal-1.9.1', 'temporal'),
    );
    expect(cachedCliPath({ XDG_CACHE_HOME: '' })).toMatch(
      /\.cache\/followthrough\/temporal-1\.9\.1\/temporal$/,
    );
  });
});
