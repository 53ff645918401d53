import { type PurchaseDoc, PurchaseModel } from '../../models/PurchaseModel.ts';

/** A purchase as a line of a file tells it. */
export interface ImportedPurchase
  extends Pick<PurchaseDoc, 'key' | 'purchasedAt' | 'amountCents' | 'items'> {
  /** Its line in the file, from 1. */
  readonly line: number;
  /** Null where the user is yet to be made: then no stored purchase is the same. */
  readonly userId: PurchaseDoc['userId'] | null;
}

export interface PurchaseOfUser extends ImportedPurchase {
  readonly userId: PurchaseDoc['userId'];
}

/** Which purchases of a source are looked at. */
export interface KeyedBatch {
  readonly source: string;
  /** In the order of their lines. */
  readonly purchases: readonly Pick<ImportedPurchase, 'line' | 'key'>[];
  /** The lines of the file they are from: from the first after one to the other, inclusive. */
  readonly lines: { readonly after: number; readonly upTo: number };
  /** Whether the keys are ids; else they are lines. */
  readonly hasIds: boolean;
}

type StoredPurchases = ReadonlyMap<PurchaseDoc['key'], Omit<PurchaseDoc, '_id' | 'source'>>;

export interface Comparison<Purchase> {
  /** Not stored yet. */
  added: Purchase[];
  /** Stored, but otherwise. */
  differing: Purchase[];
  /** The lines of which something is stored, and that bring no purchase now; none of ids. */
  absent: number[];
}

/** What earlier imports stored of these lines, or under these ids. */
export async function storedPurchases({
  source,
  purchases,
  lines,
  hasIds,
}: KeyedBatch): Promise<StoredPurchases> {
  const keys = hasIds
    ? { $in: purchases.map(({ key }) => key) }
    : { $gt: lines.after, $lte: lines.upTo };
  const stored = await PurchaseModel.find({ source, key: keys }, { _id: 0, source: 0 }).lean();
  return new Map(stored.map((purchase) => [purchase.key, purchase]));
}

/** Holds what a file says against what is stored. */
export function comparePurchases<Purchase extends ImportedPurchase>(
  stored: StoredPurchases,
  purchases: readonly Purchase[],
): Comparison<Purchase> {
  const rest = new Map(stored);
  const added: Purchase[] = [];
  const differing: Purchase[] = [];
  for (const purchase of purchases) {
    const there = rest.get(purchase.key);
    rest.delete(purchase.key);
    if (there === undefined) added.push(purchase);
    else if (!samePurchase(there, purchase)) differing.push(purchase);
  }
  const absent = [...rest.keys()].filter((key) => typeof key === 'number');
  return { added, differing, absent };
}

function samePurchase(one: Omit<PurchaseDoc, '_id' | 'source'>, other: ImportedPurchase): boolean {
  return (
    other.userId !== null &&
    one.userId.equals(other.userId) &&
    one.purchasedAt.getTime() === other.purchasedAt.getTime() &&
    one.amountCents === other.amountCents &&
    one.items === other.items
  );
}

/**
 * Finds the purchases of a source that no line of a file can confirm: those beyond its last line,
 * and those that have ids where the file has none, or none where it has.
 */
export function beyondFile(
  { source, hasIds }: Pick<KeyedBatch, 'source' | 'hasIds'>,
  lastLine: number,
) {
  // A comparison finds values of its own type only.
  const lines = { source, key: { $gt: hasIds ? 0 : lastLine } };
  return hasIds ? lines : { $or: [lines, { source, key: { $gte: '' } }] };
}
