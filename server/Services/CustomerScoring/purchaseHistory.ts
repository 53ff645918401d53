import type { CustomerScore } from '../../models/UserSummaryModel.ts';
import { netOfRefunds } from './refunds.ts';
import { dayNumber, endOfDay } from './utcDay.ts';

/** What the scoring needs to know of a purchase. */
export interface PurchaseRecord {
  readonly purchasedAt: Date;
  /** Negative for a refund. */
  readonly amountCents: number;
}

export type PurchaseHistory = Omit<CustomerScore, 'pAlive' | 'segment'>;

/**
 * Frequency, recency, age and spend of one customer, over the purchases up to and including the
 * UTC day `asOf` (`YYYY-MM-DD`), net of the refunds up to then; later ones and their order do not
 * matter. Without any: zeros.
 *
 * Purchases of one day count as one occasion. Definitions: Fader, Hardie & Lee (2005), "Counting
 * Your Customers the Easy Way", Marketing Science 24(2), section 4; the first occasion is no repeat.
 */
export function purchaseHistory(
  purchases: readonly PurchaseRecord[],
  asOf: string,
): PurchaseHistory {
  const end = endOfDay(asOf);
  const counted = netOfRefunds(purchases.filter(({ purchasedAt }) => purchasedAt < end));
  const [first, ...others] = counted;
  if (first === undefined) return NO_PURCHASES;

  let firstAt = first.purchasedAt;
  let lastAt = first.purchasedAt;
  for (const { purchasedAt } of others) {
    if (purchasedAt < firstAt) firstAt = purchasedAt;
    if (purchasedAt > lastAt) lastAt = purchasedAt;
  }
  const firstDay = dayNumber(firstAt);
  const repeatDays = new Set<number>();
  let totalCents = 0;
  let repeatCents = 0;
  for (const { purchasedAt, amountCents } of counted) {
    totalCents += amountCents;
    const day = dayNumber(purchasedAt);
    if (day === firstDay) continue;
    repeatDays.add(day);
    repeatCents += amountCents;
  }
  const frequency = repeatDays.size;
  return {
    frequency,
    recencyWeeks: (dayNumber(lastAt) - firstDay) / 7,
    ageWeeks: (dayNumber(end) - 1 - firstDay) / 7,
    monetary: frequency === 0 ? 0 : repeatCents / frequency / 100,
    totalSpend: totalCents / 100,
    firstPurchaseAt: firstAt,
    lastPurchaseAt: lastAt,
    purchases: counted.length,
  };
}

const NO_PURCHASES: PurchaseHistory = {
  frequency: 0,
  recencyWeeks: 0,
  ageWeeks: 0,
  monetary: 0,
  totalSpend: 0,
  firstPurchaseAt: null,
  lastPurchaseAt: null,
  purchases: 0,
};
