import { AppError } from '../../errors/AppError.ts';
import { takeHold, useUpHold } from '../../models/commerce/holds.ts';
import { ProductModel } from '../../models/commerce/ProductModel.ts';
import {
  type PurchaseOrderDoc,
  PurchaseOrderModel,
} from '../../models/commerce/PurchaseOrderModel.ts';
import { DURABLE } from '../../models/durable.ts';

const RECEIVED = { effect: { unitsInStock: 1 }, room: {} } as const;

/**
 * Puts what a supplier delivered into stock, once: repeated it completes what a crash left undone.
 * @throws AppError NOT_FOUND without the purchase order; ORDER_STATE when it is cancelled.
 */
export async function receivePurchaseOrder(id: string): Promise<PurchaseOrderDoc> {
  await PurchaseOrderModel.updateOne(
    { _id: id, state: 'open' },
    { $set: { state: 'received' }, $unset: { reorderOf: 1 } },
    { writeConcern: DURABLE },
  );
  const order = await PurchaseOrderModel.findById(id).lean<PurchaseOrderDoc>();
  if (order === null) throw new AppError('NOT_FOUND', `There is no purchase order ${id}.`);
  if (order.state !== 'received') {
    throw new AppError('ORDER_STATE', `The purchase order ${id} is ${order.state}.`);
  }
  for (const { productId, quantity } of order.lines) {
    await takeHold(ProductModel, productId, { orderId: id, amount: quantity }, RECEIVED);
    await useUpHold(ProductModel, productId, id);
  }
  return order;
}
