import type { OrderState } from '../../../../models/commerce/OrderModel.ts';
import { routeOrder } from '../../../Commerce/routeOrder.ts';
import type { Processor } from '../../queues/jobDefinition.ts';

/** Routes an order to its suppliers. */
export const routeOrderJob: Processor<{ orderId: string }, { state: OrderState }> = async ({
  orderId,
}) => ({ state: await routeOrder(orderId) });
