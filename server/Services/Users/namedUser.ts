import { AppError } from '../../errors/AppError.ts';
import { type UserDoc, UserModel } from '../../models/UserModel.ts';
import { userIdsOf } from './userIds.ts';

/**
 * The user with this id, or else with this externalId; one who is being deleted as well.
 * @throws AppError NOT_FOUND when there is neither, MONGODB_UNAVAILABLE as userIdsOf does.
 */
export async function namedUser(name: string): Promise<UserDoc> {
  const userId = (await userIdsOf([name], { deleting: 'too' })).get(name);
  const user = userId === undefined ? null : await UserModel.findById(userId).lean();
  if (user === null) throw new AppError('NOT_FOUND', `There is no user ${name}.`);
  return user;
}
