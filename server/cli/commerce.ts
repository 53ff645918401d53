import type { Env } from '../config/env.ts';
import { createEnqueuer, horizonOf } from '../Services/BackgroundJobs/enqueuing/enqueuer.ts';
import { laneSettings, openLanes } from '../Services/BackgroundJobs/enqueuing/lanes.ts';
import { orderProcessingJob } from '../Services/BackgroundJobs/jobs/orderProcessing/orderProcessing.job.ts';
import { catalogue } from '../Services/BackgroundJobs/queues/catalogue.ts';
import { openQueues } from '../Services/BackgroundJobs/queues/queueManager.ts';
import { placeOrder } from '../Services/Commerce/placeOrder.ts';
import { importCommerce, replayedOrders } from '../Services/Commerce/sample/importCommerce.ts';
import { inRedis } from './connections.ts';
import { say } from './output.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** Imports the wholesale business and, if it is asked for, hands Northwind's 830 orders in anew. */
export async function commerce({ replay }: { replay: boolean }, env: Env): Promise<void> {
  const totals = await importCommerce();
  const counts = Object.entries(totals).map(([what, count]) => `${count} ${what}`);
  say(`New: ${counts.join(', ')}.`);
  if (!replay) return;
  const orders = await replayedOrders();
  for (const order of orders) await placeOrder(order);
  const ids = orders.map(({ orderId }) => orderId);
  const accepted = await handIn(ids, env);
  say(
    `${orders.length} orders are received, ${accepted} of them for the first time; workers process them.`,
  );
}

/** Puts the orders' jobs in. @returns how many were not there yet. */
async function handIn(orderIds: readonly string[], env: Env): Promise<number> {
  return inRedis(env, async (redis) => {
    const kinds = catalogue.map(({ definition }) => definition);
    const lanes = openLanes(openQueues(kinds, env, redis), laneSettings(env));
    const { enqueueMany } = createEnqueuer({
      ...{ lanes, batchSize: env.USER_BATCH_SIZE, horizonMs: horizonOf(env), log: SILENT },
    });
    const answers = await enqueueMany(
      orderProcessingJob,
      orderIds.map((orderId) => ({ payload: { orderId }, key: orderId })),
    );
    return answers.filter(({ became }) => became === 'accepted').length;
  });
}
