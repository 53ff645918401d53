import { readMany } from '../../../models/readDeadline.ts';
import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { RunModel } from '../../../models/system/RunModel.ts';
import { UserModel } from '../../../models/UserModel.ts';
import { USER_DATA } from '../jobs/userData/userData.job.ts';

/** What recent jobs say about the workers that one hour's run needs. */
export interface MeasuredNeed {
  /** How many completed jobs of the queue this rests on, those of the newest runs. */
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
/** So far back durations are looked for: a hand's runs of single users may be many. */
const RUNS_LOOKED_AT = 200;
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

/** Durations of jobs that workers completed, run after run from the newest back. */
async function recentDurations(): Promise<number[]> {
  const runs = await readMany((options) =>
    RunModel.find(
      // The in-process batch says nothing of workers; a sealed run tells whether a look is worth it.
      { mode: 'queue', $or: [{ sealed: null }, { 'sealed.completed': { $gt: 0 } }] },
      { _id: 1 },
      options,
    )
      .sort({ runSeq: -1 })
      .limit(RUNS_LOOKED_AT)
      .lean(),
  );
  const durations: number[] = [];
  for (const { _id: runId } of runs) {
    const jobs = await readMany((options) =>
      JobStatusModel.find(
        { runId, status: 'completed', queue: USER_DATA },
        { durationMs: 1 },
        options,
      )
        .limit(SAMPLE_SIZE - durations.length)
        .lean(),
    );
    durations.push(...jobs.flatMap(({ durationMs }) => durationMs ?? []));
    if (durations.length >= SAMPLE_SIZE) break;
  }
  return durations;
}

/** How many workers: by the guide's formula, and by what the newest 1,000 completed jobs took. */
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
