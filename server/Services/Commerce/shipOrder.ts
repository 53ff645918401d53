import { AppError } from '../../errors/AppError.ts';
import { type InvoiceDoc, InvoiceModel } from '../../models/commerce/InvoiceModel.ts';
import type { OrderDoc } from '../../models/commerce/OrderModel.ts';
import { insertOnce } from '../../models/insertOnce.ts';
import { addDays, type Day } from './days.ts';
import { findOrder, moveOrder } from './orders.ts';
import { useUpStock } from './stock.ts';

const DAYS_TO_PAY = 30;

/**
 * Ships a routed order and makes its invoice, due in 30 days. Repeated it completes what a crash left
 * undone, and changes nothing else.
 * @throws AppError ORDER_STATE when the order is not routed.
 */
export async function shipOrder(orderId: string, shippedOn: Day): Promise<OrderDoc> {
  await moveOrder(orderId, 'shipped', { shippedOn });
  const order = await findOrder(orderId);
  if (order.state !== 'shipped') {
    throw new AppError(
      'ORDER_STATE',
      `The order ${orderId} is ${order.state}: only a routed one can be shipped.`,
    );
  }
  await invoice(order, order.shippedOn ?? shippedOn);
  await useUpStock(order);
  return order;
}

/** Makes the order's invoice. The invoice of a replayed order, whose payment is not on record, counts as settled when due. */
async function invoice(order: OrderDoc, invoicedOn: Day): Promise<void> {
  const dueOn = addDays(invoicedOn, DAYS_TO_PAY);
  await insertOnce<InvoiceDoc>(InvoiceModel, {
    _id: invoiceIdOf(order._id),
    ...{ customerId: order.customerId, orderId: order._id, invoicedOn, dueOn },
    settledOn: order.isReplay ? dueOn : null,
    isSettlementAssumed: order.isReplay,
    ...{ amountCents: order.totalCents, disputed: false },
  });
}

/** The id of an order's invoice. */
export function invoiceIdOf(orderId: string): string {
  return `INV-${orderId}`;
}
