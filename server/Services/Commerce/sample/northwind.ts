import { join } from 'node:path';
import { z } from 'zod';
import { groupBy } from '../../../config/groupBy.ts';
import type { PricedLine } from '../orderTotals.ts';
import { csvRows } from './csvRows.ts';
import { cents, day, dayOrNull, text, textOrNull, wholeNumber } from './fields.ts';

/** Relative to the project's folder. */
const FOLDER = 'data/commerce/northwind';

const supplierRow = z.object({
  supplier_id: text,
  company_name: text,
  country: text,
  phone: textOrNull,
});
const shipperRow = z.object({ shipper_id: text, company_name: text, phone: textOrNull });
const customerRow = z.object({
  customer_id: text,
  company_name: text,
  contact_name: text,
  country: text,
});
const productRow = z.object({
  product_id: text,
  product_name: text,
  supplier_id: text,
  unit_price: cents,
  units_in_stock: wholeNumber,
  reorder_level: wholeNumber,
  discontinued: z.enum(['0', '1']),
});
const orderRow = z.object({
  order_id: text,
  customer_id: text,
  order_date: day,
  required_date: dayOrNull,
  shipped_date: dayOrNull,
  ship_via: text,
  freight: cents,
});
const lineRow = z.object({
  order_id: text,
  product_id: text,
  unit_price: cents,
  quantity: wholeNumber,
  // Hundredths by the same rule as cents: 0.15 is 15 percent.
  discount: cents,
});

type OrderRow = z.output<typeof orderRow>;
/** A line of an order as Northwind publishes it. */
export interface NorthwindLine extends PricedLine {
  readonly productId: string;
}
export interface NorthwindOrder extends OrderRow {
  readonly lines: readonly NorthwindLine[];
}

/** Northwind's tables, as published. */
export async function readNorthwind(folder = FOLDER) {
  const [suppliers, shippers, customers, products, orders, lines] = await Promise.all([
    csvRows(join(folder, 'suppliers.csv'), supplierRow),
    csvRows(join(folder, 'shippers.csv'), shipperRow),
    csvRows(join(folder, 'customers.csv'), customerRow),
    csvRows(join(folder, 'products.csv'), productRow),
    csvRows(join(folder, 'orders.csv'), orderRow),
    csvRows(join(folder, 'order_details.csv'), lineRow),
  ]);
  const linesOf = groupBy(lines, ({ order_id }) => order_id);
  return {
    ...{ suppliers, shippers, customers, products },
    orders: orders.map(
      (order): NorthwindOrder => ({
        ...order,
        lines: (linesOf.get(order.order_id) ?? []).map((line) => ({
          productId: line.product_id,
          unitPriceCents: line.unit_price,
          quantity: line.quantity,
          discountPercent: line.discount,
        })),
      }),
    ),
  };
}

export type Northwind = Awaited<ReturnType<typeof readNorthwind>>;

/** All units that were ever ordered of each product. */
export function unitsOrdered(orders: readonly NorthwindOrder[]): Map<string, number> {
  const units = new Map<string, number>();
  for (const { productId, quantity } of orders.flatMap(({ lines }) => lines)) {
    units.set(productId, (units.get(productId) ?? 0) + quantity);
  }
  return units;
}
