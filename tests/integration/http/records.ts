import mongoose from 'mongoose';
import { type JobStatusDoc, JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { type RunDoc, RunModel } from '../../../server/models/system/RunModel.ts';
import { USER_DATA } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { userDataInputOf } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.source.ts';

let runSeq = 1_000;

/** A run whose users are all recorded. */
export async function makeRun(fields: Partial<RunDoc> & { _id: string }): Promise<void> {
  runSeq += 1;
  await RunModel.create({
    runSeq,
    trigger: 'manual',
    mode: 'queue',
    kind: USER_DATA,
    input: userDataInputOf({ asOf: '2026-11-22' }),
    batchSize: 50,
    status: 'running',
    enumerationEnded: true,
    // Past every user: only jobs up to the checkpoint are counted.
    checkpoint: 'f'.repeat(24),
    startedAt: new Date('2026-11-22T11:00:00Z'),
    ...fields,
  });
}

/** The record of one job that failed in the run, unless `fields` say otherwise. */
export async function makeJob(
  runId: string,
  userId: string,
  fields: Partial<JobStatusDoc> = {},
): Promise<string> {
  const jobId = `user-data-${runId}-${userId}`;
  await JobStatusModel.create({
    _id: jobId,
    kind: USER_DATA,
    runId,
    runSeq,
    queue: 'user-data',
    userId: new mongoose.Types.ObjectId(userId),
    status: 'failed',
    generation: 1,
    payloadVersion: 1,
    attempts: 4,
    starts: 4,
    payload: { userId, asOf: '2026-11-22', backfill: false },
    deduplicationId: userId,
    error: { code: 'JOB_FAILED', message: 'It went wrong.' },
    queuedAt: new Date('2026-11-22T11:00:00Z'),
    startedAt: new Date('2026-11-22T11:00:01Z'),
    finishedAt: new Date('2026-11-22T11:00:15Z'),
    durationMs: 14_000,
    worker: 'host:1:1',
    updatedAt: new Date('2026-11-22T11:00:15Z'),
    ...fields,
  });
  return jobId;
}
