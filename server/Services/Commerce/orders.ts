import { AppError } from '../../errors/AppError.ts';
import { type OrderDoc, OrderModel, type OrderState } from '../../models/commerce/OrderModel.ts';
import { DURABLE } from '../../models/durable.ts';
import { retryLostRaces } from '../../models/lostRaces.ts';
import { statesBefore } from './orderStates.ts';

/** An order as it stands. @throws AppError NOT_FOUND when there is none of this id. */
export async function findOrder(orderId: string): Promise<OrderDoc> {
  const order = await OrderModel.findById(orderId).lean<OrderDoc>();
  if (order === null) throw new AppError('NOT_FOUND', `There is no order ${orderId}.`);
  return order;
}

/**
 * Brings an order to a state, if it stands in one that may come before it.
 * @returns whether this call did it.
 */
export async function moveOrder(
  orderId: string,
  state: OrderState,
  fields: Partial<Pick<OrderDoc, 'problems' | 'shippedOn'>> = {},
): Promise<boolean> {
  const { modifiedCount } = await retryLostRaces(() =>
    OrderModel.updateOne(
      { _id: orderId, state: { $in: [...statesBefore(state)] } },
      { $set: { state, ...fields } },
      { writeConcern: DURABLE },
    ),
  );
  return modifiedCount === 1;
}
