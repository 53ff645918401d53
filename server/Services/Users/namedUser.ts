import { AppError } from '../../errors/AppError.ts';
import { type UserDoc, UserModel } from '../../models/UserModel.ts';

const OBJECT_ID = /^[0-9a-f]{24}$/i;

/**
 * The user with this id, or else with this externalId; one who is being deleted as well.
 * @throws AppError NOT_FOUND when there is neither.
 */
export async function namedUser(name: string): Promise<UserDoc> {
  const user =
    (OBJECT_ID.test(name) ? await UserModel.findById(name).lean() : null) ??
    (await UserModel.findOne({ externalId: name }).lean());
  if (user === null) throw new AppError('NOT_FOUND', `There is no user ${name}.`);
  return user;
}
