import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readRows } from './csvFile.ts';
import { readHeader } from './csvHeader.ts';
import { openInput } from './inputFile.ts';
import type { RefusedLine } from './refusals.ts';

const schema = z.object({
  name: z.string().min(1, 'is empty'),
  age: z.string().regex(/^\d+$/, 'is no number'),
  town: z.string().optional(),
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourwork-csv-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function read(content: string | Buffer) {
  const path = join(folder, 'some.csv');
  await writeFile(path, content);
  const input = await openInput(path);
  try {
    const header = await readHeader(input, schema);
    const refused: RefusedLine[] = [];
    const rows = [];
    const progress = [];
    const file = { input, header, schema };
    for await (const { line, row, ...at } of readRows(file, (bad) => refused.push(bad))) {
      rows.push([line, row.name, row.age]);
      progress.push(at.progress);
    }
    return { rows, refused, progress, header };
  } finally {
    await input.close();
  }
}

describe('the rows of a CSV file', () => {
  it('have quoted fields, spaces around fields, and columns in any order', async () => {
    const { rows, refused } = await read('age,other,name\n1,x,"a, ""b"""\n 2 , y , c \n');
    expect(rows).toEqual([
      [2, 'a, "b"', '1'],
      [3, 'c', '2'],
    ]);
    expect(refused).toEqual([]);
  });

  it('come with a byte order mark, CRLF, empty lines and a last line without an end', async () => {
    const { rows, refused } = await read('\uFEFFname,age\r\n\r\na,1\r\n   \r\nb,2');
    expect(rows).toEqual([
      [3, 'a', '1'],
      [5, 'b', '2'],
    ]);
    expect(refused).toEqual([]);
  });

  it('may hold line breaks in quotes, whatever their form', async () => {
    const { rows, refused } = await read(
      'note,name,age\n"one\ntwo,x,9\nthree",a,1\n"one\r\n\r\ntwo",b,2\n"y","c\nd",3\n',
    );
    expect(rows).toEqual([
      [2, 'a', '1'],
      [5, 'b', '2'],
      [8, 'c\nd', '3'],
    ]);
    expect(refused).toEqual([]);
  });

  it('end with LF, CRLF or CR alone', async () => {
    const { rows } = await read('name,age,town\ra\u2028,1,x\u0085y\rb,2,\u2029\n');
    expect(rows.map(([line, , age]) => [line, age])).toEqual([
      [2, '1'],
      [3, '2'],
    ]);
  });

  it.each([';', '\t'])('are separated by %j as well', async (separator) => {
    const lines = ['age,name,other', '1,"x;y",a', '"2", z ,"p\tq"', ',,'];
    const { rows, refused, header } = await read(lines.join('\n').replaceAll(',', separator));
    expect(header.separator).toBe(separator);
    expect(rows).toEqual([
      [2, 'x;y', '1'],
      [3, 'z', '2'],
    ]);
    expect(refused).toEqual([]);
  });

  it('follow what Excel is told in its own first line', async () => {
    const { rows } = await read('sep=;\r\nname;age\r\na;1\r\n');
    expect(rows).toEqual([[3, 'a', '1']]);
  });

  it.each([
    ['utf16le', '\uFEFF'],
    ['utf16le', ''],
  ] as const)('may be in %s, after %j', async (encoding, mark) => {
    const { rows } = await read(Buffer.from(`${mark}name\tage\r\nJörg 東\t1\r\n`, encoding));
    expect(rows).toEqual([[2, 'Jörg 東', '1']]);
  });

  it.each(['\uFEFF', ''])('may be in big-endian UTF-16, after %j', async (mark) => {
    const { rows } = await read(Buffer.from(`${mark}name,age\nJörg,1\n`, 'utf16le').swap16());
    expect(rows).toEqual([[2, 'Jörg', '1']]);
  });

  it('leave out what is empty in every column', async () => {
    const { rows, refused } = await read('name,age,town\na,1,\n,,\n , ,\n,,,,,\n"","",""\nb,2,x\n');
    expect(rows).toHaveLength(2);
    expect(refused).toEqual([]);
  });

  it('are refused with each of their reasons, and the next one is read', async () => {
    const { rows, refused } = await read('name,age\n,x\nb,2\n');
    expect(rows).toEqual([[3, 'b', '2']]);
    expect(refused).toEqual([
      {
        line: 2,
        problems: [
          { field: 'name', reason: 'is empty' },
          { field: 'age', reason: 'is no number' },
        ],
      },
    ]);
  });

  it.each([
    ['a,"1', 'has a quote that does not open or close a field'],
    ['a,"1"x', 'has a quote that does not open or close a field'],
    ['a,1"', 'has a quote that does not open or close a field'],
    ['a', 'has 1 fields where the header has 2'],
    ['a,1,2', 'has 3 fields where the header has 2'],
  ])('lose no row after %j, which is refused alone', async (bad, reason) => {
    const { rows, refused } = await read(`name,age\n${bad}\nb,2\n${bad}\nc,3\n`);
    expect(rows).toEqual([
      [3, 'b', '2'],
      [5, 'c', '3'],
    ]);
    expect(refused).toEqual([
      { line: 2, problems: [{ field: null, reason }] },
      { line: 4, problems: [{ field: null, reason }] },
    ]);
  });

  it('are refused where they are not UTF-8', async () => {
    const { rows, refused } = await read(Buffer.from('name,age\nM\xfcller,1\nb,2\n', 'latin1'));
    expect(rows).toEqual([[3, 'b', '2']]);
    expect(refused).toEqual([
      { line: 2, problems: [{ field: null, reason: 'is not UTF-8 text' }] },
    ]);
  });

  it('are refused, and not kept in memory, where a line is far too long', async () => {
    const { rows, refused } = await read(`name,age\n${'x'.repeat(3_000_000)},1\nb,2\n"y`);
    expect(rows).toEqual([[3, 'b', '2']]);
    expect(refused.map(({ line }) => line)).toEqual([2, 4]);
    expect(refused[0]?.problems[0]?.reason).toBe('is longer than 1,048,576 characters');
  });

  it('do not wait for the end of a quote beyond the longest record', async () => {
    const row = `b,2,${'x'.repeat(96)}\n`;
    const { rows, refused } = await read(`name,age,town\n"a,1,\n${row.repeat(12_000)}c",3,\n`);
    expect(rows).toHaveLength(12_000);
    expect(refused.map(({ line }) => line)).toEqual([2, 12_003]);
  });

  it('say how much of the file is read', async () => {
    expect((await read('name,age\na,1\nb,2\n')).progress).toEqual([1, 1]);
    const long = (await read(`name,age\n${'a,1\n'.repeat(100_000)}`)).progress;
    expect(long[0]).toBeLessThan(0.5);
    expect(long.at(-1)).toBe(1);
  });
});

describe('the header of a CSV file', () => {
  it('names the columns that lack, and those that are needed or allowed', async () => {
    await expect(read('name,years\na,1\n')).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message:
        `The header of ${join(folder, 'some.csv')} lacks the column age. ` +
        'Its first line must name the columns name,age, and may name town.',
    });
  });

  it('is refused when it names a column twice, and an empty file too', async () => {
    await expect(read('name,age,age\n')).rejects.toThrow('names the column age twice');
    await expect(read('name,age,town,town\n')).rejects.toThrow('names the column town twice');
    await expect(read('\n\n')).rejects.toThrow('is empty');
    await expect(read('')).rejects.toThrow('is empty');
    await expect(read('"name,age\n')).rejects.toThrow('lacks the column name, age');
  });

  it('may have columns without a name, and names of two lines', async () => {
    const { rows } = await read('"long\nname",name,,age,\nx,a,,1,\n');
    expect(rows).toEqual([[3, 'a', '1']]);
  });
});
