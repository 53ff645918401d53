import { requireConflicts } from '../../models/bulkWriteFailures.ts';
import { DURABLE } from '../../models/durable.ts';
import { type PurchaseDoc, PurchaseModel } from '../../models/PurchaseModel.ts';

export type PurchaseLine = Omit<PurchaseDoc, '_id' | 'source'>;

export interface PurchaseBatch {
  readonly source: string;
  /** In the order of their lines. */
  readonly purchases: readonly PurchaseLine[];
  /** The lines of the file they are from: from the first after one to the other, inclusive. */
  readonly lines: { readonly after: number; readonly upTo: number };
  /** Whether what an earlier import said of these lines gives way. */
  readonly replace: boolean;
}

export interface StoredPurchases {
  added: number;
  replaced: number;
  unchanged: number;
  /** Were there, but not in this import; taken away when replacing. */
  removed: number;
  /** Lines that held another purchase in an earlier import, and were left so. */
  conflicts: number[];
}

const IN_BULK = { ordered: false, writeConcern: DURABLE } as const;

/**
 * Stores one batch of a source's purchases: what is new is added, what is there already stays. To be
 * repeated safely, also after an interruption and beside another import.
 */
export async function storePurchases(batch: PurchaseBatch): Promise<StoredPurchases> {
  const { source, purchases, lines, replace } = batch;
  const stored = new Map(
    (
      await PurchaseModel.find(
        { source, line: { $gt: lines.after, $lte: lines.upTo } },
        { _id: 0, line: 1, userId: 1, purchasedAt: 1, amountCents: 1, items: 1 },
      ).lean()
    ).map((purchase) => [purchase.line, purchase]),
  );

  const added: PurchaseLine[] = [];
  const differing: PurchaseLine[] = [];
  for (const purchase of purchases) {
    const there = stored.get(purchase.line);
    stored.delete(purchase.line);
    if (there === undefined) added.push(purchase);
    else if (!samePurchase(there, purchase)) differing.push(purchase);
  }
  if (!(await insert(source, added))) return storePurchases(batch);
  if (replace) {
    await overwrite(source, differing);
    await remove(source, [...stored.keys()]);
  }
  return {
    added: added.length,
    replaced: replace ? differing.length : 0,
    unchanged: purchases.length - added.length - differing.length,
    removed: replace ? stored.size : 0,
    conflicts: replace ? [] : differing.map(({ line }) => line),
  };
}

/** Takes away what an earlier, longer import of this source brought. @returns how many. */
export async function removePurchasesAfter(source: string, line: number): Promise<number> {
  const { deletedCount } = await PurchaseModel.deleteMany({ source, line: { $gt: line } });
  return deletedCount;
}

/** @returns false when another import stored some of these lines at this very moment. */
async function insert(source: string, purchases: readonly PurchaseLine[]): Promise<boolean> {
  if (purchases.length === 0) return true;
  try {
    // `lean` hands the objects to the driver as they are: their types hold, and it is much faster.
    await PurchaseModel.insertMany(
      purchases.map((purchase) => ({ ...purchase, source })),
      { ...IN_BULK, lean: true },
    );
    return true;
  } catch (error) {
    requireConflicts(error);
    return false;
  }
}

async function overwrite(source: string, purchases: readonly PurchaseLine[]): Promise<void> {
  if (purchases.length === 0) return;
  await PurchaseModel.bulkWrite(
    purchases.map(({ line, ...purchase }) => ({
      updateOne: { filter: { source, line }, update: { $set: purchase } },
    })),
    IN_BULK,
  );
}

async function remove(source: string, lines: readonly number[]): Promise<void> {
  if (lines.length === 0) return;
  await PurchaseModel.deleteMany({ source, line: { $in: lines } });
}

function samePurchase(one: PurchaseLine, other: PurchaseLine): boolean {
  return (
    one.userId.equals(other.userId) &&
    one.purchasedAt.getTime() === other.purchasedAt.getTime() &&
    one.amountCents === other.amountCents &&
    one.items === other.items
  );
}
