import { requireConflicts } from '../../models/bulkWriteFailures.ts';
import { DURABLE } from '../../models/durable.ts';
import { type PurchaseDoc, PurchaseModel } from '../../models/PurchaseModel.ts';
import {
  comparePurchases,
  type KeyedBatch,
  type PurchaseOfUser,
  storedPurchases,
} from './comparePurchases.ts';

export interface PurchaseBatch extends KeyedBatch {
  readonly purchases: readonly PurchaseOfUser[];
  /** Whether what an earlier import said of these lines gives way. */
  readonly replace: boolean;
}

export interface StoredPurchases {
  added: number;
  replaced: number;
  unchanged: number;
  /** Were there, but not in this import; taken away when replacing. */
  removed: number;
  /** Held another purchase, by an earlier import or by one at this moment, and were left so. */
  conflicts: number;
}

const IN_BULK = { ordered: false, writeConcern: DURABLE } as const;

/**
 * Stores one batch of a source's purchases: what is new is added, what is there already stays. To be
 * repeated safely, also after an interruption and beside another import.
 */
export async function storePurchases(batch: PurchaseBatch): Promise<StoredPurchases> {
  const { source, purchases, replace } = batch;
  const stored = await storedPurchases(batch);
  const { added, differing, absent } = comparePurchases(stored, purchases);
  if (!(await insert(source, added))) return storePurchases(batch);
  if (replace) {
    await overwrite(source, differing);
    await remove(source, absent);
  }
  return {
    added: added.length,
    replaced: replace ? differing.length : 0,
    unchanged: purchases.length - added.length - differing.length,
    removed: replace ? absent.length : 0,
    conflicts: replace ? 0 : differing.length,
  };
}

/** @returns false when another import stored some of these purchases at this very moment. */
async function insert(source: string, purchases: readonly PurchaseOfUser[]): Promise<boolean> {
  if (purchases.length === 0) return true;
  try {
    // `lean` hands the objects to the driver as they are: their types hold, and it is much faster.
    await PurchaseModel.insertMany(
      purchases.map((purchase) => ({ source, key: purchase.key, ...contentOf(purchase) })),
      { ...IN_BULK, lean: true },
    );
    return true;
  } catch (error) {
    requireConflicts(error);
    return false;
  }
}

async function overwrite(source: string, purchases: readonly PurchaseOfUser[]): Promise<void> {
  if (purchases.length === 0) return;
  await PurchaseModel.bulkWrite(
    purchases.map((purchase) => ({
      updateOne: {
        filter: { source, key: purchase.key },
        update: { $set: contentOf(purchase) },
      },
    })),
    IN_BULK,
  );
}

async function remove(source: string, lines: readonly number[]): Promise<void> {
  if (lines.length === 0) return;
  await PurchaseModel.deleteMany({ source, key: { $in: lines } });
}

type PurchaseContent = Pick<PurchaseDoc, 'userId' | 'purchasedAt' | 'amountCents' | 'items'>;

function contentOf({ userId, purchasedAt, amountCents, items }: PurchaseOfUser): PurchaseContent {
  return { userId, purchasedAt, amountCents, items };
}
