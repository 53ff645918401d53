import { AppError } from '../../errors/AppError.ts';
import { type UserDoc, UserModel } from '../../models/UserModel.ts';
import { userIdsOf } from './userIds.ts';

/**
 * The user with this id or externalId, as userIdsOf tells them apart; one who is being deleted as
 * well.
 * @throws AppError NOT_FOUND when there is none, MONGODB_UNAVAILABLE as userIdsOf does.
 */
export async function namedUser(name: string): Promise<UserDoc> {
  const userId = (await userIdsOf([name], { deleting: 'too' })).get(name);
  const user = userId === undefined ? null : await UserModel.findById(userId).lean();
  if (user === null) throw new AppError('NOT_FOUND', await nobody(name));
  return user;
}

/** Imports refuse an externalId that looks like an ObjectId, but not every user was imported. */
async function nobody(name: string): Promise<string> {
  const other = await UserModel.findOne({ externalId: name }, { _id: 1 }).lean();
  if (other === null) return `There is no user ${name}.`;
  return (
    `There is no user with the ObjectId ${name}. It is the externalId of the user ` +
    `${other._id.toHexString()}: name that one by this id.`
  );
}
