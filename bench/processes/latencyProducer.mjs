// Puts single jobs in at their instants, however long the ones before take: as users do, who do not wait for each other.
import { setTimeout as sleep } from 'node:timers/promises';
import { openBareOrders } from './bareOrders.mjs';
import { orderProcessingJob } from './orders.mjs';
import { given } from './parts.mjs';
import { openEnqueuer } from './productOrders.mjs';

const [, , way, perSecond = '1'] = process.argv;
const put = way === 'Hourwork' ? await product() : await bare();

/** @returns {Promise<(orderId: string) => Promise<unknown>>} */
async function product() {
  const enqueuer = await openEnqueuer();
  return (orderId) => enqueuer.enqueue(orderProcessingJob, { orderId }, { key: orderId });
}

/** @returns {Promise<(orderId: string) => Promise<unknown>>} */
async function bare() {
  const { putOne } = await openBareOrders();
  return (orderId) => putOne({ orderId }, { isRecorded: true });
}

const began = Date.now();
await Promise.all(
  Array.from({ length: given.jobs }, async (_, number) => {
    const due = began + (number * 1000) / Number(perSecond);
    await sleep(due - Date.now());
    // Without an id of its own the key would be known from the job before.
    await put(`${Math.round(due)}:${number}`);
  }),
);
