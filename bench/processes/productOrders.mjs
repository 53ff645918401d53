// Single jobs as the product's callers put them in.
import { orderProcessingJob } from './orders.mjs';
import { load, opened, SILENT } from './parts.mjs';

const { lanesOf } = await load('Services/BackgroundJobs/enqueuing/lanes.js');
const { createEnqueuer, horizonOf } = await load('Services/BackgroundJobs/enqueuing/enqueuer.js');

/** The product's enqueuer, on connections of its own. */
export async function openEnqueuer() {
  const { settings, lane } = await opened(orderProcessingJob);
  return createEnqueuer({
    lanes: lanesOf([lane]),
    ...{ batchSize: settings.USER_BATCH_SIZE, horizonMs: horizonOf(settings), log: SILENT },
  });
}
