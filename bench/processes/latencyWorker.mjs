// Takes single jobs, each of which says when it was due to be put in, and tells how long each took to begin.
import { Worker } from 'bullmq';
import { orderProcessingJob } from './orders.mjs';
import { answer, env, given, load, SILENT } from './parts.mjs';

/** @type {number[]} */
const waited = [];

/** @param {{orderId: string}} payload */
async function work({ orderId }) {
  waited.push(Date.now() - Number(orderId.split(':')[0]));
  if (waited.length === given.jobs) answer({ waited });
  return { state: 'confirmed' };
}

const settings = await env();
if (process.argv[2] === 'Hourwork') {
  const { startWorker } = await load('composition/worker.js');
  const { entry } = await load('Services/BackgroundJobs/queues/catalogue.js');
  await startWorker({ env: settings, catalogue: [entry(orderProcessingJob, async () => work)] });
} else {
  const { connectRedis } = await load('config/queueRedisConn.js');
  const worker = new Worker(orderProcessingJob.queue.name, (job) => work(job.data.payload), {
    ...{ connection: connectRedis(settings, 'worker', SILENT), prefix: given.prefix },
    ...{ concurrency: given.concurrency, name: 'bare' },
    ...{ lockDuration: settings.WORKER_LOCK_MS, stalledInterval: settings.WORKER_STALLED_CHECK_MS },
  });
  await worker.waitUntilReady();
}
answer({ ready: true });
