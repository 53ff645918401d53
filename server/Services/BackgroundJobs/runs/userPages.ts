import type { RunDoc } from '../../../models/system/RunModel.ts';
import { UserModel } from '../../../models/UserModel.ts';

/**
 * The next users of a run in order of their id, at most `limit`: the chosen ones of a selection
 * that still exist, else all active ones. Constant memory, through the index on (active, _id).
 */
export async function nextUsers(
  run: Pick<RunDoc, 'selection'>,
  after: RunDoc['checkpoint'],
  limit: number,
): Promise<NonNullable<RunDoc['checkpoint']>[]> {
  const beyond = after === null ? {} : { $gt: after };
  const filter =
    run.selection === null
      ? { active: true, ...(after === null ? {} : { _id: beyond }) }
      : { _id: { ...beyond, $in: run.selection }, deletedAt: null };
  const users = await UserModel.find(filter, { _id: 1 }).sort({ _id: 1 }).limit(limit).lean();
  return users.map(({ _id }) => _id);
}
