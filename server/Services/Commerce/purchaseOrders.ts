import { ulid } from 'ulid';
import type { OrderDoc } from '../../models/commerce/OrderModel.ts';
import { ProductModel } from '../../models/commerce/ProductModel.ts';
import {
  type PurchaseOrderDoc,
  PurchaseOrderModel,
} from '../../models/commerce/PurchaseOrderModel.ts';
import { DURABLE } from '../../models/durable.ts';
import { insertOnce } from '../../models/insertOnce.ts';
import { utcDay } from './days.ts';
import { splitBySupplier, unitsToReorder } from './routing.ts';

/**
 * Makes one purchase order for each supplier of an order, with the order's shipper; those that are
 * there already stay as they are.
 * @returns their ids.
 */
export async function orderFromSuppliers(order: OrderDoc): Promise<string[]> {
  const ids: string[] = [];
  for (const { supplierId, lines } of splitBySupplier(order.lines)) {
    const _id = `${order._id}-${supplierId}`;
    ids.push(_id);
    await insertOnce<PurchaseOrderDoc>(PurchaseOrderModel, {
      ...{ _id, supplierId, orderId: order._id, reason: 'order', shipperId: order.shipperId },
      lines: lines.map(({ productId, quantity }) => ({ productId, quantity })),
      ...{ state: 'open', createdAt: new Date() },
    });
  }
  return ids;
}

/**
 * Reorders what has fallen below its reorder level among these products, each once: while a reordering
 * is open there is no second one.
 */
export async function reorder(productIds: readonly string[]): Promise<void> {
  const products = await ProductModel.find(
    { _id: { $in: [...productIds] }, $expr: { $lt: ['$unitsInStock', '$reorderLevel'] } },
    { supplierId: 1, unitsInStock: 1, reorderLevel: 1, discontinuedOn: 1 },
  ).lean();
  const today = utcDay(new Date());
  for (const { _id: productId, supplierId, discontinuedOn, ...level } of products) {
    const isDiscontinued = discontinuedOn !== null && discontinuedOn <= today;
    const quantity = unitsToReorder({ ...level, isDiscontinued });
    if (quantity === 0) continue;
    await insertOnce<PurchaseOrderDoc>(PurchaseOrderModel, {
      ...{ _id: ulid(), supplierId, orderId: null, reason: 'reorder', shipperId: null },
      ...{ lines: [{ productId, quantity }], state: 'open', createdAt: new Date() },
      reorderOf: productId,
    });
  }
}

/** Takes back what was ordered from suppliers for an order, but for what was received. */
export async function cancelPurchaseOrders(orderId: string): Promise<void> {
  await PurchaseOrderModel.updateMany(
    { orderId, state: 'open' },
    { $set: { state: 'cancelled' } },
    { writeConcern: DURABLE },
  );
}
