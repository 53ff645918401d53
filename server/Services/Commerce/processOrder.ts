import type { OrderDoc, OrderProblemDoc, OrderState } from '../../models/commerce/OrderModel.ts';
import { ProductModel } from '../../models/commerce/ProductModel.ts';
import { formatCents } from './amounts.ts';
import { releaseCredit, takeCredit } from './credit.ts';
import { findOrder, moveOrder } from './orders.ts';
import { cancelPurchaseOrders } from './purchaseOrders.ts';
import { releaseStock, reserveStock } from './stock.ts';

/**
 * Decides a received order: confirmed with its stock reserved and its credit taken, or rejected with
 * the reasons. Of a rejected or cancelled order whatever it holds is given back. May be repeated at any
 * time, also side by side: stock and credit are taken once, and one decision stands.
 * @returns the state in which the order is now.
 */
export async function processOrder(orderId: string): Promise<OrderState> {
  const received = await findOrder(orderId);
  if (received.state === 'received') {
    const problems = await takeAll(received);
    await moveOrder(orderId, problems.length === 0 ? 'confirmed' : 'rejected', { problems });
  }
  const order = await findOrder(orderId);
  if (order.state === 'rejected' || order.state === 'cancelled') await undo(order);
  return order.state;
}

async function takeAll(order: OrderDoc): Promise<OrderProblemDoc[]> {
  const discontinued = await discontinuedOf(order);
  if (discontinued.length > 0) return discontinued;
  const short = await reserveStock(order);
  if (short.length > 0) return short.map(outOfStock);
  if (order.isReplay || (await takeCredit(order))) return [];
  return [
    {
      code: 'CREDIT_LIMIT',
      productId: null,
      message: `The total of ${formatCents(order.totalCents)} is beyond what is left of the customer's credit.`,
    },
  ];
}

/** What is discontinued by the order's own day; a product that was so only later is none of it. */
async function discontinuedOf({ lines, orderedOn }: OrderDoc): Promise<OrderProblemDoc[]> {
  const products = await ProductModel.find(
    { _id: { $in: lines.map(({ productId }) => productId) }, discontinuedOn: { $ne: null } },
    { discontinuedOn: 1 },
  ).lean();
  return products.flatMap(({ _id: productId, discontinuedOn }) =>
    discontinuedOn !== null && discontinuedOn <= orderedOn
      ? [
          {
            code: 'DISCONTINUED' as const,
            productId,
            message: `Product ${productId} is discontinued since ${discontinuedOn}.`,
          },
        ]
      : [],
  );
}

function outOfStock(productId: string): OrderProblemDoc {
  return {
    code: 'OUT_OF_STOCK',
    productId,
    message: `There is not enough of product ${productId} in stock.`,
  };
}

async function undo(order: OrderDoc): Promise<void> {
  await releaseStock(order);
  if (!order.isReplay) await releaseCredit(order);
  await cancelPurchaseOrders(order._id);
}
