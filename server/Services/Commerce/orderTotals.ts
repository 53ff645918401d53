/** One line of an order, priced. */
export interface PricedLine {
  readonly unitPriceCents: number;
  readonly quantity: number;
  /** Whole percents, 0 to 100. */
  readonly discountPercent: number;
}

/**
 * What an order costs, in whole cents: exact until the end, and then rounded half up once for the
 * whole order. Exact as long as price, quantity and lines stay below 2^53 hundredths of a cent in all.
 */
export function orderTotalCents(lines: readonly PricedLine[]): number {
  const hundredths = lines.reduce(
    (sum, { unitPriceCents, quantity, discountPercent }) =>
      sum + unitPriceCents * quantity * (100 - discountPercent),
    0,
  );
  return Math.floor((hundredths + 50) / 100);
}
