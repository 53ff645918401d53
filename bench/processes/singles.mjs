// The product takes single jobs: a list by enqueueMany, then calls of enqueue with 100 in flight.
import { orderProcessingJob, putIn } from './orders.mjs';
import { answer, load, opened, SILENT } from './parts.mjs';

const { lanesOf } = await load('Services/BackgroundJobs/enqueuing/lanes.js');
const { createEnqueuer, horizonOf } = await load('Services/BackgroundJobs/enqueuing/enqueuer.js');
const { settings, lane } = await opened(orderProcessingJob);
const enqueuer = createEnqueuer({
  lanes: lanesOf([lane]),
  ...{ batchSize: settings.USER_BATCH_SIZE, horizonMs: horizonOf(settings), log: SILENT },
});

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
