import { readStored } from '../../models/driverCollection.ts';
import { objectId } from '../../models/objectIds.ts';
import { PurchaseModel } from '../../models/PurchaseModel.ts';
import type { PurchaseRecord } from './purchaseHistory.ts';
import { endOfDay } from './utcDay.ts';

/** Far more than the users of one query have. */
const MOST_PURCHASES = 100_000;

export interface PurchaseQuery {
  readonly userId: string;
  /** `YYYY-MM-DD`, inclusive. */
  readonly asOf: string;
}

/** The purchases of many users in one query, in the order asked. */
export async function loadPurchases(
  queries: readonly PurchaseQuery[],
): Promise<PurchaseRecord[][]> {
  const userIds = [...new Set(queries.map(({ userId }) => userId))];
  const latest = Math.max(...queries.map(({ asOf }) => endOfDay(asOf).getTime()));
  const purchases = await readStored(
    PurchaseModel,
    { userId: { $in: userIds.map(objectId) }, purchasedAt: { $lt: new Date(latest) } },
    { fields: ['userId', 'purchasedAt', 'amountCents'], atMost: MOST_PURCHASES },
  );
  const byUser = new Map<string, PurchaseRecord[]>(userIds.map((userId) => [userId, []]));
  for (const { userId, ...purchase } of purchases) {
    byUser.get(userId.toHexString())?.push(purchase);
  }
  return queries.map(({ userId, asOf }) => {
    const end = endOfDay(asOf);
    return (byUser.get(userId) ?? []).filter(({ purchasedAt }) => purchasedAt < end);
  });
}
