import { z } from 'zod';
import { ORDER_STATES } from '../../../../models/commerce/OrderModel.ts';
import { defineJob } from '../../queues/jobDefinition.ts';

/** Decides one order: confirmed with its stock reserved, or rejected. */
export const orderProcessingJob = defineJob({
  kind: 'order-processing',
  queue: { name: 'ORDER_PROCESSING', concurrency: () => 5 },
  version: 1,
  payload: z.object({ orderId: z.string().min(1) }),
  result: z.object({ state: z.enum(ORDER_STATES) }),
  options: (env) => ({
    attempts: 4,
    retryDelayMs: env.JOB_RETRY_DELAY_MS,
    retryJitter: 0.5,
    deadlineMs: 30_000,
  }),
});
