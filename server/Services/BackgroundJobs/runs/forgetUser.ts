import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { RunModel } from '../../../models/system/RunModel.ts';

/**
 * Deletes all records of a user's jobs. Open runs note the user first, so that their ledgers
 * balance without the record; sealed ones have their totals already. Delete the user before, or
 * a producer at work may record it again. Safe to repeat after a crash.
 * @returns how many records were deleted.
 */
export async function forgetUser(userId: string): Promise<number> {
  const runIds = await JobStatusModel.distinct('runId', { userId });
  await RunModel.updateMany(
    { _id: { $in: runIds }, sealed: null },
    { $addToSet: { forgotten: userId } },
  );
  const { deletedCount } = await JobStatusModel.deleteMany({ userId });
  return deletedCount;
}
