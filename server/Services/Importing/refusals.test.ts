import { describe, expect, it } from 'vitest';
import { createRefusalLog } from './refusals.ts';

const bad = (line: number) => ({ line, problems: [{ field: 'email', reason: 'is "odd"' }] });

describe('the log of refused lines', () => {
  it('tells file, line, field and reason, after the notes', () => {
    const log = createRefusalLog();
    log.of('users.csv')(bad(3));
    log.of('purchases.csv')({ line: 9, problems: [{ field: null, reason: 'is not UTF-8 text' }] });
    log.notesOn('users.csv')(4, 'the user of line 2 again; the last line counts.');
    expect(log.count()).toBe(2);
    expect(log.close()).toEqual([
      'users.csv:4: Note: the user of line 2 again; the last line counts.',
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

  it('tells the first fifty of each kind and how many more there are', () => {
    const log = createRefusalLog();
    for (let line = 1; line <= 53; line++) {
      log.of('users.csv')(bad(line));
      log.notesOn('users.csv')(line, 'again');
    }
    const told = log.close();
    expect(told).toHaveLength(102);
    expect(told[50]).toBe('… and 3 more such notes.');
    expect(told.at(-1)).toBe('… and 3 more refused lines; see all with --report <file>.');
  });

  it('gives all of them to the report', () => {
    const rows: string[][] = [];
    const report = { write: (values: readonly string[]) => rows.push([...values]), close() {} };
    const log = createRefusalLog(report);
    for (let line = 1; line <= 60; line++) log.of('users.csv')(bad(line));
    expect(log.close().at(-1)).toBe('… and 10 more refused lines; the report has all.');
    expect(rows).toHaveLength(60);
    expect(rows[59]).toEqual(['users.csv', '60', 'email', 'is "odd"']);
  });
});
