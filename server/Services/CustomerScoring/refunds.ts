import type { PurchaseRecord } from './purchaseHistory.ts';
import { dayNumber } from './utcDay.ts';

/**
 * The purchases that are left when refunds, the negative amounts, are taken off them. A refund is
 * taken off the customer's latest purchase of its UTC day or before, then off the one before that,
 * until it is used up. A purchase that is refunded wholly is left out. What exceeds all purchases up
 * to then is left out too: what it was paid back for is not known.
 *
 * The order of the records does not matter, and the sum of what is left is never negative.
 */
export function netOfRefunds(records: readonly PurchaseRecord[]): readonly PurchaseRecord[] {
  if (records.every(({ amountCents }) => amountCents >= 0)) return records;
  const kept: PurchaseRecord[] = [];
  for (const record of records.toSorted(byDayWithRefundsLast)) {
    if (record.amountCents >= 0) kept.push(record);
    else takeOff(kept, -record.amountCents);
  }
  return kept;
}

function byDayWithRefundsLast(one: PurchaseRecord, other: PurchaseRecord): number {
  return (
    dayNumber(one.purchasedAt) - dayNumber(other.purchasedAt) ||
    Number(one.amountCents < 0) - Number(other.amountCents < 0) ||
    one.purchasedAt.getTime() - other.purchasedAt.getTime() ||
    one.amountCents - other.amountCents
  );
}

function takeOff(purchases: PurchaseRecord[], refundCents: number): void {
  let left = refundCents;
  for (let last = purchases.length - 1; last >= 0 && left > 0; last -= 1) {
    const purchase = purchases[last];
    // What cost nothing cannot be paid back.
    if (purchase === undefined || purchase.amountCents === 0) continue;
    const amountCents = Math.max(0, purchase.amountCents - left);
    left -= purchase.amountCents - amountCents;
    if (amountCents === 0) purchases.splice(last, 1);
    else purchases[last] = { ...purchase, amountCents };
  }
}
