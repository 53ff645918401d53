import { driverCollection } from '../../models/driverCollection.ts';
import { objectId } from '../../models/objectIds.ts';
import { PurchaseModel } from '../../models/PurchaseModel.ts';
import type { PurchaseRecord } from './purchaseHistory.ts';
import { endOfDay } from './utcDay.ts';

/** By itself a server answers with 101 documents, and with the rest when it is asked once more. */
const IN_ONE_ANSWER = 100_000;

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
  const purchases = await driverCollection(PurchaseModel)
    .find(
      { userId: { $in: userIds.map(objectId) }, purchasedAt: { $lt: new Date(latest) } },
      { projection: { _id: 0, userId: 1, purchasedAt: 1, amountCents: 1 } },
    )
    .batchSize(IN_ONE_ANSWER)
    .toArray();
  const byUser = new Map<string, PurchaseRecord[]>(userIds.map((userId) => [userId, []]));
  for (const { userId, ...purchase } of purchases) {
    byUser.get(userId.toHexString())?.push(purchase);
  }
  return queries.map(({ userId, asOf }) => {
    const end = endOfDay(asOf);
    return (byUser.get(userId) ?? []).filter(({ purchasedAt }) => purchasedAt < end);
  });
}
