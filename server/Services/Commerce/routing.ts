import { groupBy } from '../../config/groupBy.ts';

/** One supplier's part of an order. */
export interface SupplierPart<Line> {
  readonly supplierId: string;
  readonly lines: readonly Line[];
}

/** Splits an order's lines into one part for each supplier, in the order of the first line of each. */
export function splitBySupplier<Line extends { readonly supplierId: string }>(
  lines: readonly Line[],
): SupplierPart<Line>[] {
  const parts = groupBy(lines, ({ supplierId }) => supplierId);
  return [...parts].map(([supplierId, ofSupplier]) => ({ supplierId, lines: ofSupplier }));
}

/** What is known of a product's stock. */
export interface StockLevel {
  readonly unitsInStock: number;
  readonly reorderLevel: number;
  readonly isDiscontinued: boolean;
}

/**
 * How many units to reorder: when the stock has fallen below the reorder level, what brings it to twice
 * that level. 0 when nothing is to be reordered.
 */
export function unitsToReorder({ unitsInStock, reorderLevel, isDiscontinued }: StockLevel): number {
  if (isDiscontinued || unitsInStock >= reorderLevel) return 0;
  return 2 * reorderLevel - unitsInStock;
}
