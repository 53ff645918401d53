import { readMany } from '../../../models/readDeadline.ts';
import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { RunModel } from '../../../models/system/RunModel.ts';
import { UserModel } from '../../../models/UserModel.ts';

/** What recent jobs say about the workers that one hour's run needs. */
export interface MeasuredNeed {
  /** How many completed jobs of the newest runs this rests on. */
  sampledJobs: number;
  meanDurationMs: number;
  /** Jobs that one worker runs at a time (WORKER_CONCURRENCY). */
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

const SAMPLE_SIZE = 1_000;
const SAMPLED_RUNS = 10;
const HOUR_MS = 3_600_000;

/**
 * The workers needed so that a run of `totalUsers` ends within its hour, if every job takes the
 * mean of `durationsMs` and `concurrency` of them run side by side in each worker. Jobs too short
 * to be measured count as one millisecond. Null without durations.
 */
export function measuredNeed(
  totalUsers: number,
  durationsMs: readonly number[],
  concurrency: number,
): MeasuredNeed | null {
  if (durationsMs.length === 0) return null;
  const sum = durationsMs.reduce((total, duration) => total + duration, 0);
  const meanDurationMs = Math.max(1, sum / durationsMs.length);
  const usersPerWorkerHour = Math.floor((HOUR_MS / meanDurationMs) * concurrency);
  return {
    sampledJobs: durationsMs.length,
    meanDurationMs,
    concurrency,
    usersPerWorkerHour,
    workersNeeded: Math.max(1, Math.ceil(totalUsers / Math.max(1, usersPerWorkerHour))),
  };
}

/** Durations of completed jobs, taken from the newest runs. */
async function recentDurations(): Promise<number[]> {
  const runs = await readMany((options) =>
    RunModel.find({}, { _id: 1 }, options).sort({ runSeq: -1 }).limit(SAMPLED_RUNS).lean(),
  );
  const jobs = await readMany((options) =>
    JobStatusModel.find(
      { runId: { $in: runs.map(({ _id }) => _id) }, status: 'completed' },
      { durationMs: 1 },
      options,
    )
      .limit(SAMPLE_SIZE)
      .lean(),
  );
  return jobs.flatMap(({ durationMs }) => durationMs ?? []);
}

/** How many workers: by the guide's formula, and by what 1,000 jobs of the newest runs took. */
export async function recommend(concurrency: number): Promise<Recommendation> {
  const [totalUsers, durations] = await Promise.all([
    readMany((options) => UserModel.countDocuments({ active: true }, options)),
    recentDurations(),
  ]);
  return {
    totalUsers,
    byFormula: Math.ceil(totalUsers / 1000) * 2,
    measured: measuredNeed(totalUsers, durations, concurrency),
  };
}
