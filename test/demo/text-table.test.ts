import { KEEP, textTable, wrap } from '../../scripts/demo/text-table';

const columns = [
  { title: 'Who', minWidth: 4 },
  { title: 'What', minWidth: 6 },
];

test('columns are as wide as their widest cell when there is room', () => {
  expect(textTable(columns, [['Ada', 'said yes']], 80)).toEqual([
    'Who  What',
    '───  ────────',
    'Ada  said yes',
  ]);
});

test.each([60, 40, 30, 20])('no line is wider than %i characters', (width) => {
  const rows = [
    ['Hannah Vogel', 'Sat 13:08, 15:58 and then nothing for a long time'],
    ['Jo', 'x'.repeat(100)],
  ];
  const lines = textTable(columns, rows, width, '  ');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
});

test('a cell that wraps keeps every word', () => {
  const words = 'one two three four five six seven';
  const text = textTable(columns, [['Ada', words]], 20)
    .slice(2)
    .join(' ');
  expect(text.split(/\s+/)).toEqual(['Ada', ...words.split(' ')]);
});

test('kept words stay on one line and are shown with a space', () => {
  expect(wrap(`Sat${KEEP}13:08, Sun${KEEP}08:00`, 12)).toEqual(['Sat 13:08,', 'Sun 08:00']);
});

test('colours are put on after the layout, so that they cost no width', () => {
  const painted = [{ title: 'Who', minWidth: 4, paint: (text: string) => `<${text}>` }];
  expect(textTable(painted, [['Ada'], ['Grace']], 80).slice(2)).toEqual(['<Ada  >', '<Grace>']);
});
