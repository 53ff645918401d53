import { inChunks } from '../../models/inChunks.ts';
import { looksLikeObjectId } from '../../models/objectIds.ts';
import { readMany, readOne } from '../../models/readDeadline.ts';
import { UserModel } from '../../models/UserModel.ts';

interface Whom {
  /** Whether a user counts who is being deleted. */
  deleting: 'too' | 'not';
}

/**
 * The ids of the users who go by these names. What looks like an ObjectId names the user with that
 * id and nobody else; all else is an externalId.
 * @returns by name as it was given; a name that nobody has is not in the answer.
 * @throws AppError MONGODB_UNAVAILABLE after 0.7 s for one name, that or MONGODB_SLOW after 5 s for
 * many.
 */
export async function userIdsOf(
  names: readonly string[],
  { deleting }: Whom,
): Promise<ReadonlyMap<string, string>> {
  const read = names.length === 1 ? readOne : readMany;
  return read((options) => findIds([...new Set(names)], { deleting, options }));
}

async function findIds(
  names: readonly string[],
  { deleting, options }: Whom & { options: { signal: AbortSignal } },
): Promise<ReadonlyMap<string, string>> {
  const among = deleting === 'too' ? {} : { deletedAt: null };
  const find = (field: '_id' | 'externalId', values: readonly string[]) =>
    inChunks(values, ($in) =>
      UserModel.find({ [field]: { $in }, ...among }, { externalId: 1 }, options).lean(),
    );
  const ids = names.filter(looksLikeObjectId);
  const byId = await find('_id', ids);
  const byExternalId = await find(
    'externalId',
    names.filter((name) => !looksLikeObjectId(name)),
  );
  const there = new Set(byId.map(({ _id }) => _id.toHexString()));
  return new Map([
    ...ids
      .filter((name) => there.has(name.toLowerCase()))
      .map((name) => [name, name.toLowerCase()] as const),
    ...byExternalId.map(({ _id, externalId }) => [externalId, _id.toHexString()] as const),
  ]);
}
