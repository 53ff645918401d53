import { AppError } from '../../errors/AppError.ts';
import type { OrderDoc } from '../../models/commerce/OrderModel.ts';
import { findOrder, moveOrder } from './orders.ts';

/**
 * Cancels an order that is not shipped yet. What it holds is given back by `processOrder`.
 * @throws AppError ORDER_STATE when it is shipped or rejected.
 */
export async function cancelOrder(orderId: string): Promise<OrderDoc> {
  await moveOrder(orderId, 'cancelled');
  const order = await findOrder(orderId);
  if (order.state === 'cancelled') return order;
  throw new AppError('ORDER_STATE', `The order ${orderId} is ${order.state}: it stays so.`);
}
