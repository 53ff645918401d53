import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { RunModel } from '../../../models/system/RunModel.ts';

/**
 * Deletes all records of a user's jobs. Open runs note the user first, so that their ledgers
 * balance without the record; sealed ones have their totals already. Delete the user before, or
 * a producer at work may record it again. Safe to repeat after a crash.
 * @returns how many records were deleted.
 */
export async function forgetUser(userId: string): Promise<number> {
  let deleted = 0;
  for (;;) {
    const runIds = await JobStatusModel.distinct('runId', { userId });
    if (runIds.length === 0) return deleted;
    await RunModel.updateMany(
      { _id: { $in: runIds }, sealed: null },
      { $addToSet: { forgotten: userId } },
    );
    // Only of the runs that know it: what another run recorded meanwhile is for the next round.
    deleted += (await JobStatusModel.deleteMany({ userId, runId: { $in: runIds } })).deletedCount;
  }
}
