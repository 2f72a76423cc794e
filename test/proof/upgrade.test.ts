import { editSource } from '../../proof/upgrade/changed-build';
import { upgradeProof } from '../../proof/upgrade/upgrade';
import { holds } from './small-proof';

holds(upgradeProof);

test('the change of the workflow is refused when the place it belongs to is gone, or there twice', () => {
  const edit = { anchor: 'act();', replacement: 'sleep(); act();' };
  expect(editSource('wait(); act();', [edit])).toBe('wait(); sleep(); act();');
  expect(() => editSource('wait();', [edit])).toThrow('0 places');
  expect(() => editSource('act(); act();', [edit])).toThrow('2 places');
});
