// The product takes single jobs: a list by enqueueMany, then calls of enqueue with 100 in flight.
import { orderProcessingJob, putIn } from './orders.mjs';
import { answer } from './parts.mjs';
import { openEnqueuer } from './productOrders.mjs';

const enqueuer = await openEnqueuer();

answer(
  await putIn({
    many: (payloads) =>
      enqueuer.enqueueMany(
        orderProcessingJob,
        payloads.map((payload) => ({ payload, key: payload.orderId })),
      ),
    one: (payload) => enqueuer.enqueue(orderProcessingJob, payload, { key: payload.orderId }),
  }),
);
process.exit(0);
