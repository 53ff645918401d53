import { PurchaseModel } from '../../models/PurchaseModel.ts';
import { existingUsers } from '../Users/existingUsers.ts';
import { userNotFound } from '../Users/userNotFound.ts';
import type { PurchaseRecord } from './purchaseHistory.ts';
import { endOfDay } from './utcDay.ts';

export interface PurchaseQuery {
  readonly userId: string;
  /** `YYYY-MM-DD`, inclusive. */
  readonly asOf: string;
}

/**
 * The purchases of many users in two queries, in the order asked; for a user who does not exist
 * the error USER_NOT_FOUND stands in its place.
 */
export async function loadPurchases(
  queries: readonly PurchaseQuery[],
): Promise<(PurchaseRecord[] | Error)[]> {
  const userIds = [...new Set(queries.map(({ userId }) => userId))];
  const latest = Math.max(...queries.map(({ asOf }) => endOfDay(asOf).getTime()));
  const [existing, purchases] = await Promise.all([
    existingUsers(userIds),
    PurchaseModel.find(
      { userId: { $in: userIds }, purchasedAt: { $lt: new Date(latest) } },
      { _id: 0, userId: 1, purchasedAt: 1, amountCents: 1 },
    ).lean(),
  ]);
  const byUser = new Map<string, PurchaseRecord[]>(userIds.map((userId) => [userId, []]));
  for (const { userId, ...purchase } of purchases) {
    byUser.get(userId.toHexString())?.push(purchase);
  }
  return queries.map(({ userId, asOf }) => {
    if (!existing.has(userId)) return userNotFound(userId);
    const end = endOfDay(asOf);
    return (byUser.get(userId) ?? []).filter(({ purchasedAt }) => purchasedAt < end);
  });
}
