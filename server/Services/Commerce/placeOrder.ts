import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../errors/AppError.ts';
import { CustomerModel } from '../../models/commerce/CustomerModel.ts';
import { type OrderDoc, OrderModel } from '../../models/commerce/OrderModel.ts';
import { ProductModel } from '../../models/commerce/ProductModel.ts';
import { ShipperModel } from '../../models/commerce/SupplierModel.ts';
import { insertOnce } from '../../models/insertOnce.ts';
import { findOrder } from './orders.ts';
import { orderTotalCents } from './orderTotals.ts';

/** An order as a customer hands it in. Days are texts, `YYYY-MM-DD`. */
export interface NewOrder {
  readonly orderId: string;
  readonly customerId: string;
  readonly shipperId: string | null;
  readonly orderedOn: string;
  readonly requiredOn: string | null;
  readonly freightCents: number;
  readonly lines: readonly NewOrderLine[];
  /** An order of the past, handed in anew; null for one of today. */
  readonly replay: { readonly shippedOn: string | null } | null;
}

export interface NewOrderLine {
  readonly productId: string;
  readonly quantity: number;
  /** Null for the product's own price. */
  readonly unitPriceCents: number | null;
  readonly discountPercent: number;
}

/** An order that is recorded; `isNew` when it was not there before. */
export interface PlacedOrder {
  readonly order: OrderDoc;
  readonly isNew: boolean;
}

/**
 * Records an order as received. Handed in again under its id it is the same order.
 * @throws AppError VALIDATION_FAILED for a customer, shipper or product that is not there;
 * ORDER_ID_TAKEN when another order has its id.
 */
export async function placeOrder(order: NewOrder): Promise<PlacedOrder> {
  const doc = await orderDocOf(order);
  if (await insertOnce(OrderModel, doc)) return { order: doc, isNew: true };
  const known = await findOrder(order.orderId);
  if (isSameOrder(known, doc)) return { order: known, isNew: false };
  throw new AppError('ORDER_ID_TAKEN', `The order ${order.orderId} is there with other contents.`);
}

async function orderDocOf(order: NewOrder): Promise<OrderDoc> {
  const productIds = order.lines.map(({ productId }) => productId);
  const [products, customer, shipper] = await Promise.all([
    ProductModel.find({ _id: { $in: productIds } }, { supplierId: 1, unitPriceCents: 1 }).lean(),
    CustomerModel.exists({ _id: order.customerId }),
    order.shipperId === null ? true : ShipperModel.exists({ _id: order.shipperId }),
  ]);
  if (!customer) throw absent('customer', order.customerId);
  if (!shipper) throw absent('shipper', order.shipperId);
  const byId = new Map(products.map((product) => [product._id, product]));
  const lines = order.lines.map(({ productId, quantity, unitPriceCents, discountPercent }) => {
    const product = byId.get(productId);
    if (product === undefined) throw absent('product', productId);
    return {
      ...{ productId, supplierId: product.supplierId, quantity, discountPercent },
      unitPriceCents: unitPriceCents ?? product.unitPriceCents,
    };
  });
  const { orderId, customerId, shipperId, orderedOn, requiredOn, freightCents, replay } = order;
  return {
    _id: orderId,
    ...{ customerId, shipperId, orderedOn, requiredOn, freightCents, lines },
    shippedOn: null,
    totalCents: orderTotalCents(lines),
    state: 'received',
    problems: [],
    isReplay: replay !== null,
    replayShippedOn: replay?.shippedOn ?? null,
    receivedAt: new Date(),
  };
}

function absent(what: string, id: string | null): AppError {
  return new AppError('VALIDATION_FAILED', `There is no ${what} ${id}.`);
}

/** Prices may have changed since it was first handed in: they are the first one's. */
function isSameOrder(known: OrderDoc, again: OrderDoc): boolean {
  const essence = ({ customerId, isReplay, lines }: OrderDoc) => ({
    ...{ customerId, isReplay },
    lines: lines.map(({ productId, quantity, discountPercent }) => ({
      ...{ productId, quantity, discountPercent },
    })),
  });
  return isDeepStrictEqual(essence(known), essence(again));
}

/** Takes back an order that nothing was begun with: as if it had never been handed in. */
export async function withdrawOrder(orderId: string): Promise<void> {
  await OrderModel.deleteOne({ _id: orderId, state: 'received' });
}
