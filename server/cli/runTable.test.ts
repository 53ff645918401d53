import { describe, expect, it } from 'vitest';
import { failedLines, runTable, segmentTable } from './runTable.ts';

const RUN = {
  runId: '20261122T110000Z',
  runSeq: 7,
  slot: '2026-11-22T11:00:00.000Z',
  trigger: 'schedule',
  mode: 'queue',
  kind: 'user-data',
  schedule: 'user-data-hourly',
  input: {},
  asOf: '2026-11-22',
  status: 'completed',
  enumerated: 23570,
  duplicates: 70,
  queued: 0,
  active: 0,
  delayed: 0,
  completed: 23498,
  failed: 2,
  cancelled: 0,
  balanced: true,
  warnings: [],
  startedAt: '2026-11-22T11:00:00.000Z',
  finishedAt: '2026-11-22T11:00:10.000Z',
} as const;

/** The cells of a table's last row. */
function lastRow(table: string): string[] {
  const rows = table.split('\n').filter((line) => line.includes('│'));
  return (rows.at(-1) ?? '')
    .split('│')
    .map((cell) => cell.trim())
    .filter((cell) => cell !== '');
}

describe('the table of a run', () => {
  it('shows users, outcomes, seconds and pace of a finished run', () => {
    const table = runTable(RUN, new Date('2026-11-23T00:00:00Z'));
    expect(lastRow(table)).toEqual(['23,570', '23,498', '2', '70', '10.0', '2,350']);
    expect(table).toContain('Run 20261122T110000Z: completed, as of 2026-11-22, balanced');
  });

  it('counts the time of an open run until now', () => {
    const open = { ...RUN, status: 'running', finishedAt: null } as const;
    expect(lastRow(runTable(open, new Date('2026-11-22T11:00:20Z')))[4]).toBe('20.0');
  });

  it('says so when a run does not balance', () => {
    expect(runTable({ ...RUN, balanced: false }, new Date())).toContain('NOT BALANCED');
  });

  it('shows no endless pace for a run without duration', () => {
    const instant = { ...RUN, finishedAt: RUN.startedAt };
    expect(lastRow(runTable(instant, new Date()))[5]).toBe('0');
  });
});

describe('the table of segments', () => {
  it('lists all five, those without customers too', () => {
    const table = segmentTable(new Map([['loyal', 2139] as const]));
    expect(lastRow(table)).toEqual(['customers', '0', '0', '2,139', '0', '0']);
    expect(table).toMatch(/new.*active.*loyal.*at_risk.*dormant/);
  });
});

describe('failed jobs', () => {
  const job = (jobId: string) => ({
    jobId,
    runId: RUN.runId,
    status: 'failed' as const,
    error: { code: 'USER_NOT_FOUND', message: 'gone' },
  });

  it('are named with their errors and the command that tells more', () => {
    const lines = failedLines([job('user-data-a'), job('user-data-b')], 2);
    expect(lines).toContain('2 failed:\n  user-data-a  USER_NOT_FOUND: gone');
    expect(lines).toContain('npm run why -- user-data-a');
    expect(lines).not.toContain('more\n');
  });

  it('beyond those shown are counted', () => {
    expect(failedLines([job('user-data-a')], 1201)).toContain('… and 1,200 more');
  });
});
