import { JOB_STATUSES, JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { type RunDoc, RunModel } from '../../../models/system/RunModel.ts';
import { UserModel } from '../../../models/UserModel.ts';

export type UserId = NonNullable<RunDoc['checkpoint']>;

/**
 * The next users of a run in order of their id, at most `limit`: the chosen ones of a selection
 * that still exist, else all active ones; nobody who is being deleted. Constant memory, through the
 * index on (active, _id).
 */
export async function nextUsers(
  run: Pick<RunDoc, 'selection'>,
  after: RunDoc['checkpoint'],
  limit: number,
): Promise<UserId[]> {
  const beyond = after === null ? {} : { $gt: after };
  const filter =
    run.selection === null
      ? { active: true, deletedAt: null, ...(after === null ? {} : { _id: beyond }) }
      : { _id: { ...beyond, $in: run.selection }, deletedAt: null };
  const users = await UserModel.find(filter, { _id: 1 }).sort({ _id: 1 }).limit(limit).lean();
  return users.map(({ _id }) => _id);
}

/**
 * The users beyond a run's checkpoint that a producer recorded before it died, and those of them
 * that were forgotten since, in order of id: at most its last page. They count as enumerated
 * although they may no longer be active, and are then in no page that is read anew.
 */
export async function usersAhead(run: Pick<RunDoc, '_id' | 'checkpoint'>): Promise<UserId[]> {
  const { _id: runId, checkpoint } = run;
  const recorded = await JobStatusModel.find(
    {
      runId,
      // All of them: named, so that the index on (runId, status, userId) reads no more than this.
      status: { $in: [...JOB_STATUSES] },
      ...(checkpoint === null ? {} : { userId: { $gt: checkpoint } }),
    },
    { userId: 1 },
  ).lean();
  // Read after the records: whoever is no longer among those stands here.
  const now = await RunModel.findById(runId, { forgotten: 1 }).lean();
  const beyond = checkpoint?.toHexString() ?? '';
  const ahead = new Map<string, UserId>();
  for (const userId of [...recorded.map((record) => record.userId), ...(now?.forgotten ?? [])]) {
    if (userId.toHexString() > beyond) ahead.set(userId.toHexString(), userId);
  }
  return [...ahead.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, userId]) => userId);
}
