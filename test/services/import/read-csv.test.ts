import { Readable } from 'node:stream';
import { readCsv } from '../../../src/services/import/read-csv';
import type { SourceRow } from '../../../src/services/import/read-ndjson';

/** The rows of a file that arrives in pieces of `pieceBytes`. */
async function rowsOf(text: string | Buffer, pieceBytes = 7): Promise<SourceRow[]> {
  const bytes = Buffer.from(text);
  const pieces = [];
  for (let from = 0; from < bytes.length; from += pieceBytes)
    pieces.push(bytes.subarray(from, from + pieceBytes));
  const rows = [];
  for await (const row of readCsv(Readable.from(pieces))) rows.push(row);
  return rows;
}

const QUOTE_FAULT = 'has a quote in the wrong place or one that is never closed';
const body = (externalId: string, name: string) => ({ externalId, contact: { name } });
const header = 'externalId,contact.name\n';

describe('readCsv', () => {
  test('nests columns, drops empty cells, and keeps commas, quotes and lines inside a quoted cell', async () => {
    const text =
      'externalId,channel,contact.email,contact.attributes.plan,lastMessage.text,variables.product\r\n' +
      'a-1, webhook ,ada@example.com,pro,"Hi, ""Ada""\r\nsee you",boiler\r\n' +
      '\r\n' +
      'a-2,,,,,\r\n';
    expect(await rowsOf(text)).toEqual([
      {
        line: 2,
        value: {
          externalId: 'a-1',
          channel: 'webhook',
          contact: { email: 'ada@example.com', attributes: { plan: 'pro' } },
          lastMessage: { text: 'Hi, "Ada"\nsee you' },
          variables: { product: 'boiler' },
        },
      },
      { line: 5, value: { externalId: 'a-2', contact: {} } },
    ]);
  });

  test('reads a file with a byte order mark, without a last line end, in any pieces', async () => {
    const text = `\uFEFF${header}a-1,Zoë\na-2,Ünal`;
    for (const pieceBytes of [1, 2, 3, 1000]) {
      expect(await rowsOf(text, pieceBytes)).toEqual([
        { line: 2, value: body('a-1', 'Zoë') },
        { line: 3, value: body('a-2', 'Ünal') },
      ]);
    }
  });

  test.each([
    [
      'a quote that is never closed',
      'a-1,"Ada\na-2,Bob\na-3,Cy\n',
      { line: 2, fault: QUOTE_FAULT },
      ['a-2', 'a-3'],
    ],
    [
      'one that another row’s quote seems to close',
      'a-1,"Ada\na-2,"Bob"\na-3,Cy\n',
      { line: 2, fault: QUOTE_FAULT },
      ['a-2', 'a-3'],
    ],
    ['a quote in the middle of a cell', 'a-1,A"da"\na-2,Bob\n', { line: 2, fault: QUOTE_FAULT }, ['a-2']],
    ['text after a closing quote', 'a-1,"Ada"x\na-2,Bob\n', { line: 2, fault: QUOTE_FAULT }, ['a-2']],
    [
      'a cell too many',
      'a-1,Ada,x\na-2,Bob\n',
      { line: 2, fault: 'has 3 cells where the header has 2' },
      ['a-2'],
    ],
    ['a cell too few', 'a-1\na-2,Bob\n', { line: 2, fault: 'has 1 cells where the header has 2' }, ['a-2']],
  ])('%s costs its own line only', async (_name, rows, fault, others) => {
    const read = await rowsOf(header + rows);
    expect(read[0]).toEqual(fault);
    expect(read.slice(1)).toMatchObject(others.map((externalId) => ({ value: { externalId } })));
  });

  test('what is no UTF-8, or far too long, costs its own line only', async () => {
    const latin1 = Buffer.concat([Buffer.from(`${header}a-1,Ada\n`), Buffer.from('a-2,Zo\xeb\n', 'latin1')]);
    const long = Buffer.from(`a-3,${'x'.repeat(300_000)}\na-4,Dan\n`);
    expect(await rowsOf(Buffer.concat([latin1, long]), 50_000)).toEqual([
      { line: 2, value: body('a-1', 'Ada') },
      { line: 3, fault: 'is not UTF-8' },
      { line: 4, fault: 'is longer than 256 kB' },
      { line: 5, value: body('a-4', 'Dan') },
    ]);
  });

  test('an open quote before an unreadable line is given up there, not at the end of the file', async () => {
    const bytes = Buffer.concat([
      Buffer.from(`${header}a-1,"Ada\n`),
      Buffer.from('\xff\n', 'latin1'),
      Buffer.from('a-2,Bob\n'),
    ]);
    expect(await rowsOf(bytes)).toEqual([
      { line: 2, fault: QUOTE_FAULT },
      { line: 3, fault: 'is not UTF-8' },
      { line: 4, value: body('a-2', 'Bob') },
    ]);
  });

  test('thousands of lines after an open quote are read one by one, and soon', async () => {
    const lines = Array.from({ length: 5_000 }, (_, n) => `b-${n},Bob`).join('\n');
    const startedAt = performance.now();
    const rows = await rowsOf(`${header}a-1,"Ada\n${lines}\n`, 65_536);
    expect(rows).toHaveLength(5_001);
    expect(rows.filter((row) => 'fault' in row)).toEqual([{ line: 2, fault: QUOTE_FAULT }]);
    expect(performance.now() - startedAt).toBeLessThan(15_000);
  });

  test.each([
    ['an unknown column', 'externalId,contact.shoeSize\n', 'contact.shoeSize'],
    ['a free part without a name', 'externalId,variables.\n', 'variables.'],
    ['a column twice', 'externalId,channel,channel\n', 'channel'],
    ['no externalId', 'contact.name\n', 'externalId'],
  ])('a header with %s refuses the file and names the column', async (_name, text, path) => {
    await expect(rowsOf(`${text}x,y\n`)).rejects.toMatchObject({
      code: 'validation_failed',
      errors: [{ path }],
    });
  });

  test('an empty file is refused', async () => {
    await expect(rowsOf('')).rejects.toMatchObject({ code: 'validation_failed' });
    await expect(rowsOf('\n\n')).rejects.toMatchObject({ code: 'validation_failed' });
  });
});
