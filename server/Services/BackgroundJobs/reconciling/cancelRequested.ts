import { DURABLE } from '../../../models/durable.ts';
import { type JobStatusDoc, JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { HAND_OVER_MS } from '../enqueuing/enqueuer.ts';
import type { Lane, Lanes } from '../enqueuing/lanes.ts';
import { queueJobId } from '../queues/envelope.ts';
import { pagesInOrder } from '../recording/recordPages.ts';
import { OPEN_STATES } from '../recording/states.ts';
import { cancelRecords } from '../runs/cancel.ts';
import { markDrainEnded, readSteering } from '../steering/queueSteering.ts';

/**
 * A job that Redis does not have may still be on its way there, from whoever recorded it: twice the time
 * of a hand-over, because its last command may be late, and longer for a page of a run.
 */
const ARRIVED_AFTER_MS = { single: 2 * HAND_OVER_MS, ofRun: 60_000 };

/**
 * Asks for one job to be cancelled, durably: the intent stands until the job has ended, whoever has it.
 * @returns false when the job is not open.
 */
export async function requestCancel(jobId: string): Promise<boolean> {
  const { matchedCount } = await JobStatusModel.updateOne(
    { _id: jobId, status: { $in: [...OPEN_STATES] } },
    { $set: { cancelRequestedAt: new Date() } },
    { writeConcern: DURABLE },
  );
  return matchedCount === 1;
}

/**
 * Cancels the open jobs for which that was asked and that no worker has: those at work are ended by their
 * worker. May be repeated, by any process.
 * @param jobId only this one, if it is given.
 * @throws AppError `REDIS_UNAVAILABLE`
 */
export async function cancelRequested(lanes: Lanes, jobId?: string): Promise<number> {
  const names = [...lanes].map(({ queue }) => queue.name);
  const asked = {
    cancelRequestedAt: { $exists: true },
    queue: { $in: names },
    ...(jobId !== undefined && { _id: jobId }),
  };
  let cancelled = 0;
  // In the order of its index, or FerretDB would walk through all records to find that there is none.
  for await (const page of pagesInOrder('cancelRequestedAt', OPEN_STATES, asked)) {
    for (const lane of lanes) cancelled += await cancelIn(lane, page);
  }
  if (jobId === undefined) await endDrains(names);
  return cancelled;
}

/** Lets starts in a drained queue go without asking their records, as soon as none of before is left. */
async function endDrains(queues: readonly string[]): Promise<void> {
  for (const [queue, { drainedAt }] of await readSteering()) {
    if (drainedAt === null || !queues.includes(queue)) continue;
    const left = await JobStatusModel.exists({
      queue,
      status: { $in: [...OPEN_STATES] },
      cancelRequestedAt: { $exists: true },
    });
    if (left === null) await markDrainEnded(queue, drainedAt);
  }
}

async function cancelIn(
  { queue, retentionDays }: Lane,
  records: readonly JobStatusDoc[],
): Promise<number> {
  const here = records.filter(
    (record) => record.queue === queue.name && record.cancelRequestedAt !== undefined,
  );
  if (here.length === 0) return 0;
  const places = await queue.places(here.map(({ _id, generation }) => queueJobId(_id, generation)));
  const arrived = here.filter(
    (record, position) => places[position] !== 'unknown' || cannotArrive(record),
  );
  return cancelRecords(arrived, { queue, retentionDays });
}

/** Whether nobody can be putting a job into Redis any more. */
function cannotArrive({ status, runId, updatedAt }: JobStatusDoc): boolean {
  if (status === 'scheduled') return true;
  const afterMs = runId === null ? ARRIVED_AFTER_MS.single : ARRIVED_AFTER_MS.ofRun;
  return Date.now() - updatedAt.getTime() > afterMs;
}
