import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { RunModel } from '../../../models/system/RunModel.ts';
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
