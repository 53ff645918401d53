import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { RunModel } from '../../../models/system/RunModel.ts';
import type { Lanes } from '../enqueuing/lanes.ts';
import { queueJobId } from '../queues/envelope.ts';
import { PENDING_STATES } from '../recording/states.ts';
import { itemOf } from './runId.ts';

/** Records taken off at a time. */
const PAGE_SIZE = 500;

/**
 * Deletes all records of a user's jobs. Open runs note their items first, so that their ledgers
 * balance without the records; sealed ones have their totals already. Delete the user before, or
 * a producer at work may record it again. Safe to repeat after a crash.
 * @returns how many records were deleted.
 */
export async function forgetUser(userId: string): Promise<number> {
  let deleted = 0;
  for (;;) {
    const records = await JobStatusModel.find({ userId }, { kind: 1, runId: 1 })
      .limit(PAGE_SIZE)
      .lean();
    if (records.length === 0) return deleted;
    for (const { _id, kind, runId } of records) {
      if (runId === null) continue;
      await RunModel.updateOne(
        { _id: runId, sealed: null },
        { $addToSet: { forgotten: itemOf({ _id, kind, runId }) } },
      );
    }
    const ids = records.map(({ _id }) => _id);
    deleted += (await JobStatusModel.deleteMany({ _id: { $in: ids } })).deletedCount;
  }
}

/**
 * Takes a user's jobs that nobody has begun out of Redis, where a delayed one or one of a paused queue would
 * otherwise stand with the user's id until the reconciler finds it without a record. To be called before their
 * records are deleted, which say where they are. What has ended goes by itself, within REDIS_KEEP_FINISHED_MS.
 * @returns how many are gone.
 */
export async function takeOutJobsOf(userId: string, lanes: Lanes): Promise<number> {
  let gone = 0;
  const open = { userId, status: { $in: [...PENDING_STATES] } };
  for (const { queue } of lanes) {
    const records = await JobStatusModel.find(
      { ...open, queue: queue.name },
      { generation: 1 },
    ).lean();
    const removed = await queue.remove(
      records.map(({ _id, generation }) => queueJobId(_id, generation)),
    );
    gone += removed.filter(Boolean).length;
  }
  return gone;
}
