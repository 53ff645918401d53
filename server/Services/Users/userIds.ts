import { readMany, readOne } from '../../models/readDeadline.ts';
import { UserModel } from '../../models/UserModel.ts';

const OBJECT_ID = /^[0-9a-f]{24}$/i;

interface Whom {
  /** Whether a user counts who is being deleted. */
  deleting: 'too' | 'not';
}

/**
 * The ids of the users who go by these names: by their ObjectId, or else by their externalId. Two
 * queries at most, however many names.
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

  const ids = names.filter((name) => OBJECT_ID.test(name));
  const byId = ids.length === 0 ? [] : await find({ _id: { $in: ids } });
  const there = new Set(byId.map(({ _id }) => _id.toHexString()));
  const isId = (name: string) => there.has(name.toLowerCase());
  const rest = names.filter((name) => !isId(name));
  const byExternalId = rest.length === 0 ? [] : await find({ externalId: { $in: rest } });
  return new Map([
    ...names.filter(isId).map((name) => [name, name.toLowerCase()] as const),
    ...byExternalId.map(({ _id, externalId }) => [externalId, _id.toHexString()] as const),
  ]);
}
