import { randomUUID } from 'node:crypto';
import type { Env } from '../config/env.ts';
import { terminalText } from '../config/terminalText.ts';
import { type Segment, UserSummaryModel } from '../models/UserSummaryModel.ts';
import { USER_DATA_SCHEDULE } from '../Services/BackgroundJobs/cronProducer.ts';
import { releaseSchedule } from '../Services/BackgroundJobs/scheduling/schedule.ts';
import { type ApiClient, createApiClient, type Run } from './apiClient.ts';
import { ownApi } from './ownApi.ts';
import { type Output, showRunProgress } from './runProgress.ts';
import { failedLines, runTable, segmentTable } from './runTable.ts';
import { watchRun } from './runWatch.ts';

export interface RunFlags {
  asOf?: string;
  backfill: boolean;
  last: boolean;
  watch: boolean;
  releaseSchedule: boolean;
}

/** Exit codes. */
const BALANCED = 0;
const NOT_BALANCED = 1;
const NO_RUN_YET = 3;

const FAILED_SHOWN = 5;

/**
 * Begins a run by the API of this installation and watches it, or shows the last one. Expects the
 * database to be open.
 * @returns the exit code: 0 when the run balances, 1 when not or when it is stuck, 3 when there is none to show.
 * @throws ApiError when the API refuses or is away; Error when there is no login to use.
 */
export async function runCommand(
  { asOf, backfill, last, watch, releaseSchedule: releases }: RunFlags,
  env: Env,
  output: Output,
): Promise<number> {
  const client = createApiClient(ownApi(env));
  const say = (text: string) => output.write(`${terminalText(text)}\n`);
  if (last) {
    const run = await client.lastRun();
    if (run === undefined) {
      say('There has been no run yet.');
      return NO_RUN_YET;
    }
    return show(run, client, say);
  }

  const request = { ...(asOf !== undefined && { asOf }), ...(backfill && { backfill }) };
  const expectedUsers = await client.activeUsers();
  const runId = await client.begin(request, randomUUID());
  say(`Run ${runId} has begun.`);
  if (!watch) return BALANCED;
  const progress = showRunProgress(output);
  const onEnqueued = () => (releases ? releaseSchedule(USER_DATA_SCHEDULE) : Promise.resolve());
  const run = await watchRun(runId, { client, progress, expectedUsers, onEnqueued });
  const code = await show(run, client, say);
  return run.finishedAt === null ? NOT_BALANCED : code;
}

async function show(run: Run, client: ApiClient, say: (text: string) => void): Promise<number> {
  say(runTable(run, new Date()));
  const segments = await customersPerSegment();
  // Another work than the sample's makes no summaries.
  if (segments.size > 0) say(segmentTable(segments));
  for (const warning of run.warnings) say(`Warning: ${warning}`);
  if (run.failed > 0)
    say(failedLines(await client.failedJobs(run.runId, FAILED_SHOWN), run.failed));
  const open = run.queued + run.active + run.delayed;
  if (open > 0) say(`${open} users are still to come.`);
  return run.balanced ? BALANCED : NOT_BALANCED;
}

async function customersPerSegment(): Promise<Map<Segment, number>> {
  const groups = await UserSummaryModel.aggregate<{ _id: Segment; customers: number }>([
    { $group: { _id: '$segment', customers: { $sum: 1 } } },
  ]);
  return new Map(groups.map(({ _id, customers }) => [_id, customers]));
}
