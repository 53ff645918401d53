import { AppError } from '../../../errors/AppError.ts';
import { DURABLE } from '../../../models/durable.ts';
import { type JobStatusDoc, JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { RunModel } from '../../../models/system/RunModel.ts';
import type { JobQueue } from '../queue.ts';
import { queueJobId } from '../queues/envelope.ts';
import { sourcesOf } from '../recording/states.ts';
import { isBeingEnqueued } from './checkpoint.ts';
import { findRun } from './ledger.ts';
import { recordPages } from './openJobs.ts';

const DAY_MS = 86_400_000;

interface CancelOptions {
  queue: Pick<JobQueue, 'name' | 'remove'>;
  retentionDays: number;
}

/**
 * Marks an open run as cancelled: its producer stops at the next page.
 * @throws AppError `NOT_FOUND`, or `RUN_FINISHED` when nothing is left to cancel.
 */
export async function markCancelled(runId: string): Promise<void> {
  const { matchedCount } = await RunModel.updateOne(
    { _id: runId, status: { $in: ['enumerating', 'running'] } },
    { $set: { status: 'cancelled' } },
    { writeConcern: DURABLE },
  );
  if (matchedCount === 1) return;
  const run = await RunModel.findById(runId, { status: 1 }).lean();
  if (run === null) throw new AppError('NOT_FOUND', `There is no run ${runId}.`);
  throw new AppError('RUN_FINISHED', `The run ${runId} is ${run.status} already.`);
}

/**
 * Cancels the queue's jobs of a cancelled run that no worker has; those at work end as they will. A
 * page that a producer is handing over is left to it: it calls this when it has, and if it dies before,
 * the reconciler cancels them. May be repeated until nothing is left, by any process.
 */
export async function cancelWaitingJobs(runId: string, options: CancelOptions): Promise<void> {
  const run = await findRun(runId);
  if (run === null) return;
  for (const status of ['queued', 'delayed'] as const) {
    for await (const page of recordPages(status, { queue: options.queue.name, runId })) {
      // Cancelled now, they would come into the queue all the same.
      const free = page.filter((record) => !isBeingEnqueued(record, run));
      await cancelRecords(free, options);
    }
  }
}

/**
 * Takes these jobs out of the queue, then marks those that were taken out as cancelled.
 * @returns how many were: those that a worker has, or that have ended, were not.
 */
export async function cancelRecords(
  records: readonly JobStatusDoc[],
  { queue, retentionDays }: CancelOptions,
): Promise<number> {
  // What has ended stays in the queue: its outcome is for the recorder to say.
  const removed = await Promise.all(
    records.map(async (record) => {
      const gone = await queue.remove(queueJobId(record._id, record.generation));
      return { record, gone };
    }),
  );
  const cancelled = removed.filter(({ gone }) => gone);
  if (cancelled.length === 0) return 0;
  const now = new Date();
  const { modifiedCount } = await JobStatusModel.bulkWrite(
    cancelled.map(({ record }) => ({
      updateOne: {
        filter: {
          _id: record._id,
          generation: record.generation,
          status: { $in: sourcesOf('cancelled').filter((state) => state === record.status) },
        },
        update: {
          $set: {
            status: 'cancelled',
            finishedAt: now,
            updatedAt: now,
            expiresAt: new Date(now.getTime() + retentionDays * DAY_MS),
          },
        },
      },
    })),
    { ordered: false, writeConcern: DURABLE },
  );
  return modifiedCount;
}
