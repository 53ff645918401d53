import { readMany } from '../../../models/readDeadline.ts';
import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { RunModel } from '../../../models/system/RunModel.ts';
import { UserModel } from '../../../models/UserModel.ts';
import type { Concurrency } from '../consuming/holdConcurrency.ts';
import { USER_DATA } from '../jobs/userData/userData.job.ts';

/** What recent jobs say about the workers that one hour's run needs. */
export interface MeasuredNeed {
  /** How many completed jobs of the queue this rests on, those of the newest runs. */
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

/** Jobs that workers completed, run after run from the newest back. */
async function recentJobs(): Promise<TimedJob[]> {
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
  const found: TimedJob[] = [];
  for (const { _id: runId } of runs) {
    const jobs = await readMany((options) =>
      JobStatusModel.find(
        { runId, status: 'completed', queue: USER_DATA },
        { startedAt: 1, durationMs: 1, worker: 1 },
        options,
      )
        .limit(SAMPLE_SIZE - found.length)
        .lean(),
    );
    for (const { startedAt, durationMs, worker } of jobs) {
      if (startedAt !== null && durationMs !== null) found.push({ startedAt, durationMs, worker });
    }
    if (found.length >= SAMPLE_SIZE) break;
  }
  return found;
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

/** How many workers: by the guide's formula, and by what the newest 1,000 completed jobs took. */
export async function recommend(concurrency: Concurrency): Promise<Recommendation> {
  const [totalUsers, jobs] = await Promise.all([
    readMany((options) => UserModel.countDocuments({ active: true }, options)),
    recentJobs(),
  ]);
  return {
    totalUsers,
    byFormula: Math.ceil(totalUsers / 1000) * 2,
    measured: measuredNeed(
      totalUsers,
      jobs.map(({ durationMs }) => durationMs),
      concurrency === 'auto' ? seenConcurrency(jobs) : concurrency,
    ),
  };
}
