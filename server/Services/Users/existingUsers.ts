import { UserModel } from '../../models/UserModel.ts';

/** Which of these user ids belong to a user who exists and is not being deleted; one query. */
export async function existingUsers(userIds: readonly string[]): Promise<ReadonlySet<string>> {
  const users = await UserModel.find({ _id: { $in: userIds }, deletedAt: null }, { _id: 1 }).lean();
  return new Set(users.map(({ _id }) => _id.toHexString()));
}
