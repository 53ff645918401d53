import { looksLikeObjectId } from '../../models/objectIds.ts';
import { readMany, readOne } from '../../models/readDeadline.ts';
import { UserModel } from '../../models/UserModel.ts';

interface Whom {
  /** Whether a user counts who is being deleted. */
  deleting: 'too' | 'not';
}

/**
 * The ids of the users who go by these names. What looks like an ObjectId names the user with that
 * id and nobody else; all else is an externalId. Two queries at most, however many names.
 * @returns by name as it was given; a name that nobody has is not in the answer.
 * @throws AppError MONGODB_UNAVAILABLE after 0.7 s for one name, 5 s for many.
 */
export async function userIdsOf(
  names: readonly string[],
  { deleting }: Whom,
): Promise<ReadonlyMap<string, string>> {
  const read = names.length === 1 ? readOne : readMany;
  const among = deleting === 'too' ? {} : { deletedAt: null };
  const find = (filter: { _id: object } | { externalId: object }) =>
    read((options) => UserModel.find({ ...filter, ...among }, { externalId: 1 }, options).lean());

  const ids = names.filter(looksLikeObjectId);
  const externalIds = names.filter((name) => !looksLikeObjectId(name));
  const byId = ids.length === 0 ? [] : await find({ _id: { $in: ids } });
  const byExternalId =
    externalIds.length === 0 ? [] : await find({ externalId: { $in: externalIds } });
  const there = new Set(byId.map(({ _id }) => _id.toHexString()));
  return new Map([
    ...ids
      .filter((name) => there.has(name.toLowerCase()))
      .map((name) => [name, name.toLowerCase()] as const),
    ...byExternalId.map(({ _id, externalId }) => [externalId, _id.toHexString()] as const),
  ]);
}
