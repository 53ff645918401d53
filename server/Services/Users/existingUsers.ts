import { readStored } from '../../models/driverCollection.ts';
import { objectId } from '../../models/objectIds.ts';
import { UserModel } from '../../models/UserModel.ts';

/** Whether each of these ids is of a user who exists and is not being deleted; one query. */
export async function existingUsers(userIds: readonly string[]): Promise<boolean[]> {
  const users = await readStored(
    UserModel,
    { _id: { $in: userIds.map(objectId) }, deletedAt: { $exists: false } },
    { fields: ['_id'], atMost: userIds.length },
  );
  const existing = new Set(users.map(({ _id }) => _id.toHexString()));
  return userIds.map((userId) => existing.has(userId));
}
