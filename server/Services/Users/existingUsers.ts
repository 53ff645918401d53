import { UserModel } from '../../models/UserModel.ts';

/** Whether each of these ids is of a user who exists and is not being deleted; one query. */
export async function existingUsers(userIds: readonly string[]): Promise<boolean[]> {
  const users = await UserModel.find({ _id: { $in: userIds }, deletedAt: null }, { _id: 1 })
    // By itself a server answers with 101 documents, and with the rest when it is asked once more.
    .batchSize(userIds.length + 1)
    .lean();
  const existing = new Set(users.map(({ _id }) => _id.toHexString()));
  return userIds.map((userId) => existing.has(userId));
}
