import { once } from 'node:events';
import { expect, it, vi } from 'vitest';
import { InvoiceModel } from '../../server/models/commerce/InvoiceModel.ts';
import { OrderModel } from '../../server/models/commerce/OrderModel.ts';
import { ProductModel } from '../../server/models/commerce/ProductModel.ts';
import { PurchaseOrderModel } from '../../server/models/commerce/PurchaseOrderModel.ts';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { orderProcessingJob } from '../../server/Services/BackgroundJobs/jobs/orderProcessing/orderProcessing.job.ts';
import { placeOrder } from '../../server/Services/Commerce/placeOrder.ts';
import { replayedOrders } from '../../server/Services/Commerce/sample/importCommerce.ts';
import { readNorthwind } from '../../server/Services/Commerce/sample/northwind.ts';
import { useWholesale } from '../integration/commerce/wholesale.ts';

const { enqueuer, startWorker, reconcile } = useWholesale();
const QUEUES = ['ORDER_PROCESSING', 'ORDER_ROUTING'];
const KILLS_AT = [200, 500];
const PLACED_AT_ONCE = 15;

const doneOrders = () =>
  JobStatusModel.countDocuments({ kind: 'order-routing', status: 'completed' });

it('replays Northwind in random order, with workers killed: the published stock, to the unit', async () => {
  const { products, orders: published } = await readNorthwind();
  const orders = (await replayedOrders())
    .map((order) => ({ order, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ order }) => order);
  for (let start = 0; start < orders.length; start += PLACED_AT_ONCE) {
    await Promise.all(orders.slice(start, start + PLACED_AT_ONCE).map(placeOrder));
  }
  await enqueuer.enqueueMany(
    orderProcessingJob,
    orders.map(({ orderId }) => ({ payload: { orderId }, key: orderId })),
  );

  let worker = startWorker(QUEUES);
  for (const count of KILLS_AT) {
    await vi.waitFor(async () => expect(await doneOrders()).toBeGreaterThan(count), WAIT);
    worker.kill('SIGKILL');
    await once(worker, 'exit');
    worker = startWorker(QUEUES);
  }
  // A worker killed between a record and Redis, or an outcome and its record, leaves both to it.
  await vi.waitFor(
    async () => {
      await reconcile();
      expect(await doneOrders()).toBe(830);
    },
    { ...WAIT, interval: 1_000 },
  );

  const stock = await ProductModel.find({}, { unitsInStock: 1 }).lean();
  expect(new Map(stock.map(({ _id, unitsInStock }) => [_id, unitsInStock]))).toEqual(
    new Map(products.map(({ product_id, units_in_stock }) => [product_id, units_in_stock])),
  );
  const [sales] = await OrderModel.aggregate([
    { $group: { _id: null, orders: { $sum: 1 }, cents: { $sum: '$totalCents' } } },
  ]);
  expect(sales).toMatchObject({ orders: 830, cents: 126_579_322 });
  const purchaseOrders = await PurchaseOrderModel.find({}, { orderId: 1, supplierId: 1 }).lean();
  const parts = purchaseOrders.map(({ orderId, supplierId }) => `${orderId} ${supplierId}`);
  expect([parts.length, new Set(parts).size]).toEqual([2_076, 2_076]);

  const shipped = published.filter(({ shipped_date }) => shipped_date !== null);
  const states = await OrderModel.countDocuments({ state: 'shipped' });
  const invoices = await InvoiceModel.countDocuments({ orderId: { $ne: null } });
  expect([states, invoices]).toEqual([shipped.length, shipped.length]);
  expect(await OrderModel.countDocuments({ state: 'routed' })).toBe(830 - shipped.length);
}, 240_000);

const WAIT = { timeout: 200_000, interval: 100 };
