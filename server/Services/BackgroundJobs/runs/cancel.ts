import { groupBy } from '../../../config/groupBy.ts';
import { AppError } from '../../../errors/AppError.ts';
import { DURABLE } from '../../../models/durable.ts';
import { retryLostRaces } from '../../../models/lostRaces.ts';
import { storeTime } from '../../../models/serverFacts.ts';
import {
  type JobState,
  type JobStatusDoc,
  JobStatusModel,
} from '../../../models/system/JobStatusModel.ts';
import { jobRecords } from '../../../models/system/jobRecords.ts';
import { RunModel } from '../../../models/system/RunModel.ts';
import type { Lanes } from '../enqueuing/lanes.ts';
import { tally } from '../numbers/tally.ts';
import { queueJobId } from '../queues/envelope.ts';
import type { JobQueue } from '../queues/jobQueue.ts';
import type { RetentionDays } from '../recording/expiry.ts';
import { recordPages } from '../recording/recordPages.ts';
import { cancelled } from '../recording/settle.ts';
import { sourcesOf } from '../recording/states.ts';
import { isBeingEnqueued } from './checkpoint.ts';
import { findRun, warnInRun } from './ledger.ts';

interface CancelOptions {
  lanes: Lanes;
  retentionDays: RetentionDays;
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
export async function cancelWaitingJobs(
  runId: string,
  { lanes, retentionDays }: CancelOptions,
): Promise<void> {
  // Asked before the run is read: a lease that ends while its jobs are looked through counts as held.
  const now = await storeTime();
  const run = await findRun(runId);
  if (run === null) return;
  for (const { queue } of lanes) {
    for (const status of ['scheduled', 'queued', 'delayed'] as const) {
      for await (const page of recordPages(status, { queue: queue.name, runId })) {
        // Cancelled now, they would come into the queue all the same.
        const free = page.filter((record) => !isBeingEnqueued(record, run, now));
        await cancelRecords(free, { queue, retentionDays });
      }
    }
  }
}

/**
 * Takes these jobs out of the queue, then marks those that were taken out as cancelled.
 * @returns how many were: those that a worker has, or that have ended, were not.
 */
export async function cancelRecords(
  records: readonly JobStatusDoc[],
  { queue, retentionDays }: { queue: Pick<JobQueue, 'remove'>; retentionDays: RetentionDays },
): Promise<number> {
  if (records.length === 0) return 0;
  // What has ended stays in the queue: its outcome is for the recorder to say.
  const gone = await queue.remove(
    records.map(({ _id, generation }) => queueJobId(_id, generation)),
  );
  const taken = records.filter((_, position) => gone[position] === true);
  if (taken.length === 0) return 0;
  const now = new Date();
  const alike = groupBy(taken, (record) => [record.kind, record.generation, record.status].join());
  const writes = [...alike.values()].map((group) => {
    const [{ kind, generation, status }] = group;
    const ids = group.map(({ _id }) => _id);
    return {
      updateMany: {
        // What must not be, because no index is taken for that, as setEach says.
        filter: {
          _id: { $in: ids },
          $nor: [{ generation: { $ne: generation } }, movedOn(status)],
        },
        update: cancelled(kind, now, retentionDays),
      },
    };
  });
  // Another process may look at the same jobs at this moment.
  const { modifiedCount } = await retryLostRaces(() =>
    jobRecords().bulkWrite(writes, { ordered: false, writeConcern: DURABLE }),
  );
  tallyCancelled(taken, modifiedCount);
  await warnOfDuplicates(taken);
  return modifiedCount;
}

/** Records that are no longer in this state, or whose state cannot become `cancelled`. */
function movedOn(status: JobState) {
  return { status: { $nin: sourcesOf('cancelled').filter((source) => source === status) } };
}

/** Where one of them has moved on meanwhile, it is not known which: an estimate is enough here. */
function tallyCancelled(records: readonly JobStatusDoc[], cancelled: number): void {
  for (const record of records.slice(0, cancelled)) tally(record, { cancelled: 1 });
}

/** Says in later runs that users whom they had left to these jobs are not done. */
async function warnOfDuplicates(cancelled: readonly JobStatusDoc[]): Promise<void> {
  const ofUsers = cancelled.filter(({ runId, userId }) => runId !== null && userId !== null);
  if (ofUsers.length === 0) return;
  const oldest = Math.min(...ofUsers.map(({ queuedAt }) => queuedAt.getTime()));
  const duplicates = await JobStatusModel.find(
    {
      userId: { $in: ofUsers.map(({ userId }) => userId) },
      // A duplicate is younger than the job it was left to: the index is read no further back.
      queuedAt: { $gte: new Date(oldest) },
      status: 'duplicate',
      duplicateOf: { $in: ofUsers.map(({ _id }) => _id) },
    },
    { runId: 1, duplicateOf: 1 },
  ).lean();
  const runOf = new Map(ofUsers.map(({ _id, runId }) => [_id, runId]));
  const pairs = new Map(
    duplicates.map(({ runId, duplicateOf }) => {
      const from = runOf.get(duplicateOf ?? '') ?? '';
      return [`${runId} ${from}`, { runId, from }];
    }),
  );
  for (const { runId, from } of pairs.values()) {
    if (runId === null) continue;
    await warnInRun(
      runId,
      `Some of its users were duplicates of jobs of the run ${from}, which was cancelled: they were not done. Start a run for them, or leave them to the next.`,
    );
  }
}
