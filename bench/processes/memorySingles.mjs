// The product takes single jobs in lists of a thousand, one after another, and lives on, so that its memory can be
// looked at.
import { orderProcessingJob, orders } from './orders.mjs';
import { answer, given } from './parts.mjs';
import { openEnqueuer } from './productOrders.mjs';

const LIST = 1_000;

const enqueuer = await openEnqueuer();
for (let put = 0; put < given.jobs; put += LIST) {
  const list = orders(`list-${put}`, Math.min(LIST, given.jobs - put));
  await enqueuer.enqueueMany(
    orderProcessingJob,
    list.map((payload) => ({ payload, key: payload.orderId })),
  );
}
answer({ put: given.jobs });
setInterval(() => undefined, 60_000);
