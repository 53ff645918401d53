import { link, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openReport } from './reportFile.ts';

const INPUT = 'externalId,email,timezone,active\n';

let folder: string;
let input: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourwork-report-'));
  input = join(folder, 'users.csv');
  await writeFile(input, INPUT);
});
afterEach(() => rm(folder, { recursive: true }));

describe('the report of an import', () => {
  it('is CSV, and takes the place of an earlier one', async () => {
    const path = join(folder, 'report.csv');
    for (const reason of ['an earlier, longer reason', 'is "odd"']) {
      const report = openReport(path, [input]);
      report.write(['users.csv', '3', 'email', reason]);
      report.close();
    }
    expect(parse(await readFile(path, 'utf8'), { columns: true })).toEqual([
      { file: 'users.csv', line: '3', field: 'email', reason: 'is "odd"' },
    ]);
  });

  it.each([
    ['its path', async () => input],
    ['a relative path', async () => relative(process.cwd(), input)],
    [
      'a symbolic link',
      async () => {
        await symlink(input, join(folder, 'soft'));
        return join(folder, 'soft');
      },
    ],
    [
      'a link to a link',
      async () => {
        await symlink(input, join(folder, 'soft'));
        await symlink(join(folder, 'soft'), join(folder, 'softer'));
        return join(folder, 'softer');
      },
    ],
    [
      'a hard link',
      async () => {
        await link(input, join(folder, 'hard'));
        return join(folder, 'hard');
      },
    ],
  ])('does not destroy an input that is named by %s', async (_, named) => {
    const path = await named();
    expect(() => openReport(path, [join(folder, 'none'), input])).toThrow(
      `The report cannot be written: ${path} is the file ${input} that is to be imported.`,
    );
    expect(await readFile(input, 'utf8')).toBe(INPUT);
  });

  it('destroys no other file that is no report', async () => {
    const other = join(folder, 'notes.txt');
    await writeFile(other, 'file,line,field,reasons to stay\n');
    expect(() => openReport(other, [input])).toThrow('is there, and is no report of an import');
    expect(await readFile(other, 'utf8')).toContain('reasons to stay');
    await mkdir(join(folder, 'sub'));
    expect(() => openReport(join(folder, 'sub'), [input])).toThrow('is a folder');
  });

  it('may go into an empty file, a new one or a device', async () => {
    await writeFile(join(folder, 'empty'), '');
    for (const path of [join(folder, 'empty'), join(folder, 'new'), '/dev/null']) {
      openReport(path, [input]).close();
    }
    expect(await readFile(join(folder, 'new'), 'utf8')).toBe('file,line,field,reason\n');
  });
});
