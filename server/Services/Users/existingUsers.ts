import { driverCollection } from '../../models/driverCollection.ts';
import { objectId } from '../../models/objectIds.ts';
import { UserModel } from '../../models/UserModel.ts';

/** Whether each of these ids is of a user who exists and is not being deleted; one query. */
export async function existingUsers(userIds: readonly string[]): Promise<boolean[]> {
  const users = await driverCollection(UserModel)
    .find(
      { _id: { $in: userIds.map(objectId) }, deletedAt: { $exists: false } },
      { projection: { _id: 1 } },
    )
    // By itself a server answers with 101 documents, and with the rest when it is asked once more.
    .batchSize(userIds.length + 1)
    .toArray();
  const existing = new Set(users.map(({ _id }) => _id.toHexString()));
  return userIds.map((userId) => existing.has(userId));
}
