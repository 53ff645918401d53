import type { OrderState } from '../../../../models/commerce/OrderModel.ts';
import { processOrder } from '../../../Commerce/processOrder.ts';
import { enqueue } from '../../enqueue.ts';
import type { Processor } from '../../queues/jobDefinition.ts';
import { orderRoutingJob } from '../orderRouting/orderRouting.job.ts';

/** Decides an order, and puts the routing of a confirmed one in: once, as its key is the order. */
export const processOrderJob: Processor<{ orderId: string }, { state: OrderState }> = async ({
  orderId,
}) => {
  const state = await processOrder(orderId);
  if (state === 'confirmed') await enqueue(orderRoutingJob, { orderId }, { key: orderId });
  return { state };
};
