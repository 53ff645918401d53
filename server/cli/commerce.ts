import type { Env } from '../config/env.ts';
import { orderProcessingJob } from '../Services/BackgroundJobs/jobs/orderProcessing/orderProcessing.job.ts';
import { placeOrder } from '../Services/Commerce/placeOrder.ts';
import { importCommerce, replayedOrders } from '../Services/Commerce/sample/importCommerce.ts';
import { inRedis } from './connections.ts';
import { say } from './output.ts';
import { openOwnQueues } from './ownQueues.ts';

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
    const { enqueuer } = openOwnQueues(env, redis);
    const answers = await enqueuer.enqueueMany(
      orderProcessingJob,
      orderIds.map((orderId) => ({ payload: { orderId }, key: orderId })),
    );
    return answers.filter(({ became }) => became === 'accepted').length;
  });
}
