import { userIdsOf } from './userIds.ts';

/**
 * The ids of users named by their ObjectId or their externalId, as userIdsOf tells them apart; nobody
 * who is being deleted.
 * @returns the ids found, and the names that no user has, both in the order given.
 * @throws AppError MONGODB_UNAVAILABLE as userIdsOf does.
 */
export async function resolveUsers(
  names: readonly string[],
): Promise<{ found: string[]; unknown: string[] }> {
  const ids = await userIdsOf(names, { deleting: 'not' });
  return {
    found: names.flatMap((name) => ids.get(name) ?? []),
    unknown: names.filter((name) => !ids.has(name)),
  };
}
