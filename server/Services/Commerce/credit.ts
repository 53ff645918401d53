import { CustomerModel } from '../../models/commerce/CustomerModel.ts';
import { giveBackHold, takeHold } from '../../models/commerce/holds.ts';
import type { OrderDoc } from '../../models/commerce/OrderModel.ts';

const CREDIT = { creditUsedCents: 1 } as const;
type OfCustomer = Pick<OrderDoc, '_id' | 'customerId'>;

/**
 * Takes an order's total of its customer's credit, in one write and once: it stays taken until the
 * order's invoice is paid.
 * @returns whether there was room for it.
 */
export async function takeCredit(order: OfCustomer & { totalCents: number }): Promise<boolean> {
  const amount = order.totalCents;
  const withinLimit = {
    $lte: [{ $add: ['$creditUsedCents', amount] }, '$creditLimitCents'],
  };
  const room = { $or: [{ creditLimitCents: null }, { $expr: withinLimit }] };
  const taken = await takeHold(
    CustomerModel,
    order.customerId,
    { orderId: order._id, amount },
    { effect: CREDIT, room },
  );
  return taken === 'held';
}

/** Gives a customer's credit back: the order is paid, or will not be delivered. */
export async function releaseCredit({ _id, customerId }: OfCustomer): Promise<void> {
  await giveBackHold(CustomerModel, customerId, _id, CREDIT);
}
