import Table from 'cli-table3';
import { SEGMENTS, type Segment } from '../models/UserSummaryModel.ts';
import type { Job, Run } from './apiClient.ts';

const number = (value: number) => value.toLocaleString('en');

/** A run in a few lines: its users and its pace. */
export function runTable(run: Run, now: Date): string {
  const until = run.finishedAt === null ? now : new Date(run.finishedAt);
  const seconds = (until.getTime() - new Date(run.startedAt).getTime()) / 1000;
  const perSecond = seconds > 0 ? Math.round((run.completed + run.failed) / seconds) : 0;
  const table = new Table({
    head: ['users', 'completed', 'failed', 'duplicates', 'seconds', 'users/s'],
    style: { head: [], border: [] },
    colAligns: ['right', 'right', 'right', 'right', 'right', 'right'],
  });
  const { enumerated, completed, failed, duplicates } = run;
  table.push([
    ...[enumerated, completed, failed, duplicates].map(number),
    seconds.toFixed(1),
    number(perSecond),
  ]);
  const state = `${run.status}, as of ${run.asOf}, ${run.balanced ? 'balanced' : 'NOT BALANCED'}`;
  return [`Run ${run.runId}: ${state}`, table.toString()].join('\n');
}

/** Customers per segment, in the order of the table of segments. */
export function segmentTable(customers: ReadonlyMap<Segment, number>): string {
  const table = new Table({
    head: ['segment', ...SEGMENTS],
    style: { head: [], border: [] },
    colAligns: ['left', ...SEGMENTS.map(() => 'right' as const)],
  });
  table.push(['customers', ...SEGMENTS.map((segment) => number(customers.get(segment) ?? 0))]);
  return table.toString();
}

/** The first failed jobs of a run, and the command that tells more of one. */
export function failedLines(jobs: readonly Job[], failed: number): string {
  const [first] = jobs;
  if (first === undefined) return '';
  const lines = jobs.map(
    ({ jobId, error }) => `  ${jobId}  ${error?.code ?? 'no code'}: ${error?.message ?? ''}`,
  );
  const more = failed > jobs.length ? [`  … and ${number(failed - jobs.length)} more`] : [];
  return [
    `${number(failed)} failed:`,
    ...lines,
    ...more,
    `What became of one:   npm run why -- ${first.jobId}`,
  ].join('\n');
}
