import { giveBackHold, takeHold, useUpHold } from '../../models/commerce/holds.ts';
import type { OrderDoc, OrderLineDoc } from '../../models/commerce/OrderModel.ts';
import { ProductModel } from '../../models/commerce/ProductModel.ts';

const STOCK = { unitsInStock: -1 } as const;
type Lines = Pick<OrderDoc, '_id' | 'lines'>;

/**
 * Takes an order's units out of stock, each product's in one write: never below zero, and never twice.
 * What was taken stays taken when another product is short; `releaseStock` gives it back.
 * @returns the products of which there is not enough.
 */
export async function reserveStock(order: Lines): Promise<string[]> {
  const short: string[] = [];
  for (const [productId, amount] of unitsByProduct(order.lines)) {
    const taken = await takeHold(
      ProductModel,
      productId,
      { orderId: order._id, amount },
      { effect: STOCK, room: { unitsInStock: { $gte: amount } } },
    );
    if (taken !== 'held') short.push(productId);
  }
  return short;
}

/** Puts back what an order holds of the stock; it can reserve nothing from then on. */
export async function releaseStock(order: Lines): Promise<void> {
  for (const productId of unitsByProduct(order.lines).keys()) {
    await giveBackHold(ProductModel, productId, order._id, STOCK);
  }
}

/** The order's units have left the house. */
export async function useUpStock(order: Lines): Promise<void> {
  for (const productId of unitsByProduct(order.lines).keys()) {
    await useUpHold(ProductModel, productId, order._id);
  }
}

/** In the order of the products' ids: two orders of the same products do not wait for one another in turn. */
function unitsByProduct(lines: readonly OrderLineDoc[]): Map<string, number> {
  const units = new Map<string, number>();
  for (const { productId, quantity } of lines) {
    units.set(productId, (units.get(productId) ?? 0) + quantity);
  }
  return new Map([...units].sort(([one], [other]) => (one < other ? -1 : 1)));
}
