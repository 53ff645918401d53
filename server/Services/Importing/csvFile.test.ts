import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkCsvHeader, readCsv } from './csvFile.ts';
import type { RefusedLine } from './refusals.ts';

const schema = z.object({
  name: z.string().min(1, 'is empty'),
  age: z.string().regex(/^\d+$/, 'is no number'),
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourwork-csv-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function file(content: string | Buffer): Promise<string> {
  const path = join(folder, 'some.csv');
  await writeFile(path, content);
  return path;
}

async function read(content: string | Buffer) {
  const refused: RefusedLine[] = [];
  const rows = [];
  const path = await file(content);
  for await (const { line, row } of readCsv(path, schema, (bad) => refused.push(bad))) {
    rows.push([line, row.name, row.age]);
  }
  return { rows, refused };
}

describe('readCsv', () => {
  it('reads quoted fields, spaces around fields, and columns in any order', async () => {
    const { rows, refused } = await read('age,other,name\n1,x,"a, ""b"""\n 2 , y , c \n');
    expect(rows).toEqual([
      [2, 'a, "b"', '1'],
      [3, 'c', '2'],
    ]);
    expect(refused).toEqual([]);
  });

  it('takes a byte order mark, CRLF, empty lines and a last line without an end', async () => {
    const { rows, refused } = await read('\uFEFFname,age\r\n\r\na,1\r\n   \r\nb,2');
    expect(rows).toEqual([
      [3, 'a', '1'],
      [5, 'b', '2'],
    ]);
    expect(refused).toEqual([]);
  });

  it('refuses a line with each of its reasons, and reads on', async () => {
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
  ])('refuses %j alone, and loses no line after it', async (bad, reason) => {
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

  it('refuses a line that is not UTF-8', async () => {
    const { rows, refused } = await read(Buffer.from('name,age\nM\xfcller,1\nb,2\n', 'latin1'));
    expect(rows).toEqual([[3, 'b', '2']]);
    expect(refused).toEqual([
      { line: 2, problems: [{ field: null, reason: 'is not UTF-8 text' }] },
    ]);
  });

  it('says how much of the file is read', async () => {
    const path = await file('name,age\na,1\nb,2\n');
    const progress = [];
    for await (const row of readCsv(path, schema, () => {})) progress.push(row.progress);
    expect(progress).toEqual([1, 1]);
  });
});

describe('checkCsvHeader', () => {
  it('names the columns that lack, and those that are needed', async () => {
    const path = await file('name,years\na,1\n');
    await expect(checkCsvHeader(path, schema)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: `The header of ${path} lacks the column age. Its first line must name the columns name,age.`,
    });
  });

  it('refuses a column that is named twice, and an empty file', async () => {
    await expect(checkCsvHeader(await file('name,age,age\n'), schema)).rejects.toThrow(
      'names the column age twice',
    );
    await expect(checkCsvHeader(await file('\n\n'), schema)).rejects.toThrow(
      'lacks the column name, age',
    );
  });

  it('accepts a good header, and passes on that a file is not there', async () => {
    await expect(checkCsvHeader(await file('age,name\n'), schema)).resolves.toBeUndefined();
    await expect(checkCsvHeader(join(folder, 'none.csv'), schema)).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});
