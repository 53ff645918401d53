import { processOrder } from '../../../Commerce/processOrder.ts';
import { enqueue } from '../../enqueue.ts';
import type { ProcessorOf } from '../../queues/jobDefinition.ts';
import { orderRoutingJob } from '../orderRouting/orderRouting.job.ts';
import type { orderProcessingJob } from './orderProcessing.job.ts';

/** Decides an order, and puts the routing of a confirmed one in: once, as its key is the order. */
export const processOrderJob: ProcessorOf<typeof orderProcessingJob> = async ({ orderId }) => {
  const state = await processOrder(orderId);
  if (state === 'confirmed') await enqueue(orderRoutingJob, { orderId }, { key: orderId });
  return { state };
};
