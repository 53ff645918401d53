import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRefusalLog } from './refusals.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourwork-refusals-'));
});
afterEach(() => rm(folder, { recursive: true }));

const bad = (line: number) => ({ line, problems: [{ field: 'email', reason: 'is "odd"' }] });

describe('the log of refused lines', () => {
  it('tells file, line, field and reason', () => {
    const log = createRefusalLog();
    log.of('users.csv')(bad(3));
    log.of('purchases.csv')({ line: 9, problems: [{ field: null, reason: 'is not UTF-8 text' }] });
    expect(log.count()).toBe(2);
    expect(log.close()).toEqual([
      'users.csv:3: email is "odd"',
      'purchases.csv:9: is not UTF-8 text',
    ]);
  });

  it('counts a line with two faults once', () => {
    const log = createRefusalLog();
    const problem = { field: 'email', reason: 'is empty' };
    log.of('users.csv')({ line: 3, problems: [problem, { ...problem, field: 'active' }] });
    expect(log.count()).toBe(1);
    expect(log.close()).toHaveLength(2);
  });

  it('tells the first fifty and how many more there are', () => {
    const log = createRefusalLog();
    for (let line = 1; line <= 53; line++) log.of('users.csv')(bad(line));
    const told = log.close();
    expect(told).toHaveLength(51);
    expect(told.at(-1)).toBe('… and 3 more refused lines; see all with --report <file>.');
  });

  it('writes all of them into the report, as CSV', async () => {
    const path = join(folder, 'report.csv');
    const log = createRefusalLog(path);
    for (let line = 1; line <= 60; line++) log.of('users.csv')(bad(line));
    expect(log.close().at(-1)).toBe(`… and 10 more refused lines; see ${path}.`);
    const rows = parse(await readFile(path, 'utf8'), { columns: true });
    expect(rows).toHaveLength(60);
    expect(rows[59]).toEqual({ file: 'users.csv', line: '60', field: 'email', reason: 'is "odd"' });
  });
});
