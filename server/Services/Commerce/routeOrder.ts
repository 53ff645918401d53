import type { OrderState } from '../../models/commerce/OrderModel.ts';
import { findOrder, moveOrder } from './orders.ts';
import { cancelPurchaseOrders, orderFromSuppliers, reorder } from './purchaseOrders.ts';
import { shipOrder } from './shipOrder.ts';

/**
 * Routes a confirmed order: one purchase order per supplier, and what it has brought below the reorder
 * level is reordered. A replayed order is shipped as well, on its own day. May be repeated at any time.
 * @returns the state in which the order is now.
 */
export async function routeOrder(orderId: string): Promise<OrderState> {
  const order = await findOrder(orderId);
  if (order.state === 'confirmed') {
    await orderFromSuppliers(order);
    if (!order.isReplay) await reorder(order.lines.map(({ productId }) => productId));
    await moveOrder(orderId, 'routed');
  }
  const { state, replayShippedOn } = await findOrder(orderId);
  // Cancelled meanwhile: what was just made is not wanted.
  if (state === 'cancelled') await cancelPurchaseOrders(orderId);
  const isShipped = state === 'shipped';
  if (replayShippedOn === null || !(isShipped || state === 'routed')) return state;
  await shipOrder(orderId, replayShippedOn);
  return 'shipped';
}
