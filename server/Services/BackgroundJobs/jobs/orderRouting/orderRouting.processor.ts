import { routeOrder } from '../../../Commerce/routeOrder.ts';
import type { ProcessorOf } from '../../queues/jobDefinition.ts';
import type { orderRoutingJob } from './orderRouting.job.ts';

/** Routes an order to its suppliers. */
export const routeOrderJob: ProcessorOf<typeof orderRoutingJob> = async ({ orderId }) => ({
  state: await routeOrder(orderId),
});
