import { readMany } from '../../../models/readDeadline.ts';
import { UserModel } from '../../../models/UserModel.ts';
import type { Concurrency } from '../consuming/holdConcurrency.ts';
import { USER_DATA } from '../jobs/userData/userData.job.ts';
import { addDays } from '../numbers/counted.ts';
import { readNumbers } from '../numbers/readNumbers.ts';
import { newestRecords } from './newestRecords.ts';

/** What recent jobs say about the workers that one hour's run needs. */
export interface MeasuredNeed {
  /** How many completed jobs this rests on. */
  sampledJobs: number;
  meanDurationMs: number;
  /** Jobs that one worker runs at a time (WORKER_CONCURRENCY, or what was seen of it where that is auto). */
  concurrency: number;
  usersPerWorkerHour: number;
  workersNeeded: number;
}

export interface Recommendation {
  /** Active users: those that a run is made of. */
  totalUsers: number;
  /** `ceil(totalUsers / 1000) * 2`, the rule of thumb. */
  byFormula: number;
  /** Null until a job has completed. */
  measured: MeasuredNeed | null;
}

/** Completed jobs, and how long they took in all. */
interface Sample {
  jobs: number;
  workedMs: number;
}

/** The newest hours with at least so many jobs are enough. */
const SAMPLE_SIZE = 1_000;
const DAYS_LOOKED_AT = 30;
const HOUR_MS = 3_600_000;

/**
 * The workers needed so that a run of `totalUsers` ends within its hour, if every job takes as long as
 * those of the sample did on average, and `concurrency` of them run side by side in each worker. Jobs too
 * short to be measured count as one millisecond. Null without jobs.
 */
export function measuredNeed(
  totalUsers: number,
  { jobs, workedMs }: Pick<Sample, 'jobs' | 'workedMs'>,
  concurrency: number,
): MeasuredNeed | null {
  if (jobs === 0) return null;
  const meanDurationMs = Math.max(1, workedMs / jobs);
  const usersPerWorkerHour = Math.floor((HOUR_MS / meanDurationMs) * concurrency);
  return {
    sampledJobs: jobs,
    meanDurationMs,
    concurrency,
    usersPerWorkerHour,
    workersNeeded: Math.max(1, Math.ceil(totalUsers / Math.max(1, usersPerWorkerHour))),
  };
}

/** Jobs that workers completed, hour after hour from the newest back; the in-process batch says nothing of them. */
async function recentSample(): Promise<Sample> {
  const to = addDays(new Date(), 1);
  const from = addDays(to, -DAYS_LOOKED_AT);
  const hours = await readNumbers({ by: 'hour', from, to, queue: USER_DATA, kind: USER_DATA });
  const sample: Sample = { jobs: 0, workedMs: 0 };
  for (const { completed, workedMs } of hours.reverse()) {
    if (sample.jobs >= SAMPLE_SIZE) break;
    sample.jobs += completed;
    sample.workedMs += workedMs;
  }
  return sample;
}

/** The newest jobs that workers completed: those of one run, one beside the other. */
async function newestCompleted(): Promise<TimedJob[]> {
  const newest = await newestRecords<{ [Field in keyof TimedJob]: TimedJob[Field] | null }>(
    { kind: USER_DATA, status: 'completed', queue: USER_DATA },
    { startedAt: 1, durationMs: 1, worker: 1 },
    { count: SAMPLE_SIZE },
  );
  return newest.flatMap(({ startedAt, durationMs, worker }) =>
    startedAt === null || durationMs === null ? [] : [{ startedAt, durationMs, worker }],
  );
}

interface TimedJob {
  startedAt: Date;
  durationMs: number;
  worker: string | null;
}

/**
 * How many jobs were at work at a time in one worker, on average over the workers: the sum of their
 * durations over the time from the first start to the last end, by Little's law. Jobs too short to be
 * measured count as one millisecond. At least one.
 */
export function seenConcurrency(jobs: readonly TimedJob[]): number {
  const byWorker = new Map<string | null, { from: number; to: number; worked: number }>();
  for (const { startedAt, durationMs, worker } of jobs) {
    const from = startedAt.getTime();
    const to = from + Math.max(1, durationMs);
    const span = byWorker.get(worker) ?? { from, to, worked: 0 };
    byWorker.set(worker, {
      from: Math.min(from, span.from),
      to: Math.max(to, span.to),
      worked: span.worked + to - from,
    });
  }
  const spans = [...byWorker.values()];
  const worked = spans.reduce((sum, span) => sum + span.worked, 0);
  const time = spans.reduce((sum, { from, to }) => sum + to - from, 0);
  return Math.max(1, Math.round(worked / Math.max(1, time)));
}

/** How many workers: by the guide's formula, and by what the newest completed jobs took. */
export async function recommend(concurrency: Concurrency): Promise<Recommendation> {
  const [totalUsers, sample] = await Promise.all([
    readMany((options) => UserModel.countDocuments({ active: true }, options)),
    recentSample(),
  ]);
  const isSeen = concurrency === 'auto' && sample.jobs > 0;
  const seen = isSeen ? seenConcurrency(await newestCompleted()) : 1;
  return {
    totalUsers,
    byFormula: Math.ceil(totalUsers / 1000) * 2,
    measured: measuredNeed(totalUsers, sample, concurrency === 'auto' ? seen : concurrency),
  };
}
