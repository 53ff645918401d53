import { UserModel } from '../../models/UserModel.ts';

const OBJECT_ID = /^[0-9a-f]{24}$/i;

/**
 * The ids of users named by their ObjectId or their externalId, in two queries at most.
 * @returns the ids found, and the names that no user has, both in the order given.
 */
export async function resolveUsers(
  names: readonly string[],
): Promise<{ found: string[]; unknown: string[] }> {
  const byId = await UserModel.find(
    { _id: { $in: names.filter((name) => OBJECT_ID.test(name)) }, deletedAt: null },
    { _id: 1 },
  ).lean();
  const ids = new Map(byId.map(({ _id }) => [_id.toHexString(), _id.toHexString()]));
  const rest = names.filter((name) => !ids.has(name.toLowerCase()));
  const byExternalId = await UserModel.find(
    { externalId: { $in: rest }, deletedAt: null },
    { _id: 1, externalId: 1 },
  ).lean();
  for (const { _id, externalId } of byExternalId) ids.set(externalId, _id.toHexString());
  const idOf = (name: string) => ids.get(name) ?? ids.get(name.toLowerCase());
  return {
    found: names.flatMap((name) => idOf(name) ?? []),
    unknown: names.filter((name) => idOf(name) === undefined),
  };
}
