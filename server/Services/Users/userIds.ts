import { inChunks } from '../../models/inChunks.ts';
import { readMany, readOne } from '../../models/readDeadline.ts';
import { UserModel } from '../../models/UserModel.ts';

const OBJECT_ID = /^[0-9a-f]{24}$/i;

interface Whom {
  /** Whether a user counts who is being deleted. */
  deleting: 'too' | 'not';
}

/**
 * The ids of the users who go by these names: by their ObjectId, or else by their externalId.
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

  const byId = await find(
    '_id',
    names.filter((name) => OBJECT_ID.test(name)),
  );
  const there = new Set(byId.map(({ _id }) => _id.toHexString()));
  const isId = (name: string) => there.has(name.toLowerCase());
  const byExternalId = await find(
    'externalId',
    names.filter((name) => !isId(name)),
  );
  return new Map([
    ...names.filter(isId).map((name) => [name, name.toLowerCase()] as const),
    ...byExternalId.map(({ _id, externalId }) => [externalId, _id.toHexString()] as const),
  ]);
}
