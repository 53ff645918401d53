import { AppError } from '../../errors/AppError.ts';
import { PurchaseModel } from '../../models/PurchaseModel.ts';
import { type UserDoc, UserModel } from '../../models/UserModel.ts';
import { UserSummaryModel } from '../../models/UserSummaryModel.ts';

interface DeleteUserDependencies {
  /** Takes the user's jobs out of the queue and the records, with the runs' balance kept. */
  forgetJobs(userId: string): Promise<number>;
}

export interface DeletedUser {
  userId: string;
  externalId: string;
  purchases: number;
  summaries: number;
  jobs: number;
}

const DURABLE = { writeConcern: { w: 'majority', journal: true } } as const;
const OBJECT_ID = /^[0-9a-f]{24}$/i;

/**
 * Deletes a user with all that is known of them. The mark comes first: from then on no run takes
 * the user up, and a job that is under way cannot leave a summary behind. The user comes last, so
 * that an interrupted deletion is completed by the same call.
 * @param name externalId, or else the user's own id.
 * @throws AppError NOT_FOUND when nobody has that name.
 */
export async function deleteUser(
  name: string,
  { forgetJobs }: DeleteUserDependencies,
): Promise<DeletedUser> {
  const user = await markDeleted(name);
  const userId = user._id.toHexString();
  const purchases = await PurchaseModel.deleteMany({ userId }, DURABLE);
  const summaries = await UserSummaryModel.deleteMany({ userId }, DURABLE);
  const jobs = await forgetJobs(userId);
  await UserModel.deleteOne({ _id: userId }, DURABLE);
  return {
    userId,
    externalId: user.externalId,
    purchases: purchases.deletedCount,
    summaries: summaries.deletedCount,
    jobs,
  };
}

async function markDeleted(name: string): Promise<UserDoc> {
  const mark = { $set: { active: false, deletedAt: new Date() } };
  const user =
    (await UserModel.findOneAndUpdate({ externalId: name }, mark, DURABLE).lean()) ??
    (OBJECT_ID.test(name)
      ? await UserModel.findOneAndUpdate({ _id: name }, mark, DURABLE).lean()
      : null);
  if (user === null) {
    throw new AppError('NOT_FOUND', `There is no user ${name}: nothing was deleted.`);
  }
  return user;
}
