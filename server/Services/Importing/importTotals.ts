import type { StoredPurchases } from './storePurchases.ts';
import type { StoredUsers } from './storeUsers.ts';

type UserTotals = Omit<StoredUsers, 'deleting'>;
type PurchaseTotals = Omit<StoredPurchases, 'conflicts'>;

/** What an import did; refused lines are counted apart. */
export interface ImportTotals {
  users: UserTotals;
  purchases: PurchaseTotals;
}

export function emptyTotals(): ImportTotals {
  return {
    users: { added: 0, changed: 0, unchanged: 0 },
    purchases: { added: 0, replaced: 0, unchanged: 0, removed: 0 },
  };
}

/** Adds the counts of one batch to the totals they belong to. */
export function addCounts<Counts extends Record<keyof Counts, number>>(
  totals: Counts,
  batch: Counts,
): void {
  for (const key of Object.keys(totals) as (keyof Counts)[]) {
    totals[key] = (totals[key] + batch[key]) as Counts[keyof Counts];
  }
}

/** Lines that hold now what their file says: a repeated import accepts all and adds none. */
export function acceptedLines({ users, purchases }: ImportTotals): number {
  const { removed: _, ...kept } = purchases;
  return [...Object.values(users), ...Object.values(kept)].reduce((sum, count) => sum + count, 0);
}

const format = new Intl.NumberFormat('en');

/** What was done, in a line for users and one for purchases; counts of nothing are left out. */
export function describeTotals({ users, purchases }: ImportTotals): string[] {
  return [`Users: ${counted(users)}.`, `Purchases: ${counted(purchases)}.`];
}

function counted(counts: UserTotals | PurchaseTotals): string {
  const parts = Object.entries<number>({ ...counts }).filter(([, count]) => count > 0);
  return parts.map(([what, count]) => `${format.format(count)} ${what}`).join(', ') || 'none';
}
