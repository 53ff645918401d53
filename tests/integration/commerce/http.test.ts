import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { orderProcessingJob } from '../../../server/Services/BackgroundJobs/jobs/orderProcessing/orderProcessing.job.ts';
import { userDataJob } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { processOrder } from '../../../server/Services/Commerce/processOrder.ts';
import { routeOrder } from '../../../server/Services/Commerce/routeOrder.ts';
import { importCommerce } from '../../../server/Services/Commerce/sample/importCommerce.ts';
import { type Harness, startHarness } from '../http/harness.ts';

const BASE = '/api/v1/commerce';
let api: Harness;

beforeAll(async () => {
  api = await startHarness({}, [userDataJob, orderProcessingJob]);
  await importCommerce();
});
afterAll(() => api.stop());

const get = async (path: string) => (await api.get(BASE + path, 'viewer').expect(200)).body;
const post = (path: string, body: object = {}) => api.post(BASE + path, 'admin').send(body);

describe('receivables and credit', () => {
  it('answers the ageing of a day as texts of two decimals', async () => {
    expect(await get('/receivables/ageing?asOf=2013-06-30')).toEqual({
      ...{ asOf: '2013-06-30', invoices: 84, current: '4284.29', d1_30: '835.56' },
      ...{ d31_60: '0.00', d61_90: '0.00', over90: '0.00', total: '5119.85' },
    });
    await api.get(`${BASE}/receivables/ageing?asOf=30.6.2013`, 'viewer').expect(400);
  });

  it('answers a score with its reasons', async () => {
    const answer = await get('/customers/0379-NEVHP/score?asOf=2013-06-30');
    expect(answer).toMatchObject({ score: 815, asOf: '2013-06-30' });
    expect(answer.reasons).toHaveLength(5);
    expect(await get('/customers/ALFKI/score?asOf=2013-06-30')).toEqual({
      ...{ score: null, asOf: '2013-06-30', reasons: [] },
    });
    await api.get(`${BASE}/customers/nobody/score`, 'viewer').expect(404);
  });

  it('lists invoices in pages', async () => {
    const first = await get('/invoices?limit=500');
    expect(first.items).toHaveLength(500);
    const second = await get(`/invoices?limit=500&cursor=${first.nextCursor}`);
    expect(second.items[0].id > first.items[499].id).toBe(true);
    expect((await get('/customers?limit=500')).nextCursor).toBeNull();
  });
});

describe('an order', () => {
  const body = {
    orderId: 'h-1',
    customerId: 'ALFKI',
    shipperId: 2,
    lines: [
      { productId: 11, quantity: 3, unitPrice: '10.05', discount: 0.5 },
      { productId: '14', quantity: 1 },
    ],
  };

  it('is received, processed, routed, shipped and paid', async () => {
    const { unitsInStock } = await get('/products/11');
    const received = await post('/orders', body).expect(202);
    expect(received.body).toMatchObject({ id: 'h-1', state: 'received', total: '38.33' });
    expect((await post('/orders', body).expect(202)).body.id).toBe('h-1');
    const jobs = await JobStatusModel.find({ kind: 'order-processing', key: 'h-1' }).lean();
    expect(jobs).toMatchObject([{ status: 'queued', payload: { orderId: 'h-1' } }]);

    await processOrder('h-1');
    expect((await get('/products/11')).unitsInStock).toBe(unitsInStock - 3);
    await post('/orders/h-1/ship').expect(409);
    await routeOrder('h-1');
    const { items } = await get('/purchase-orders?orderId=h-1');
    expect(items).toMatchObject([
      { supplierId: '5', reason: 'order', shipperId: '2', state: 'open' },
      { supplierId: '6', lines: [{ productId: '14', quantity: 1 }] },
    ]);
    const shipped = await post('/orders/h-1/ship', { shippedDate: '2026-11-27' }).expect(200);
    const { invoiceId } = shipped.body;
    expect(await get(`/invoices/${invoiceId}`)).toMatchObject({
      ...{ orderId: 'h-1', amount: '38.33', dueOn: '2026-12-27', settledOn: null },
    });
    await post('/payments', { invoiceId, amount: '38.00' }).expect(400);
    await post('/payments', { invoiceId, amount: '38.33', paidDate: '2026-12-01' }).expect(200);
    expect(await get(`/invoices/${invoiceId}`)).toMatchObject({ settledOn: '2026-12-01' });
    await post('/payments', { invoiceId, amount: '38.33', paidDate: '2026-12-05' }).expect(409);
  });

  it('is named by the header Idempotency-Key where it has no id', async () => {
    const { orderId: _, ...nameless } = body;
    const ids = await Promise.all(
      ['a', 'a', 'b'].map(async (key) => {
        const answer = await post('/orders', nameless).set('Idempotency-Key', key).expect(202);
        return answer.body.id;
      }),
    );
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it('is refused for what is not there, and for amounts that are none', async () => {
    await post('/orders', { ...body, orderId: 'h-2', customerId: 'NOBODY' }).expect(400);
    const line = { productId: 11, quantity: 1 };
    for (const wrong of [{ discount: 0.155 }, { discount: 2 }, { quantity: 0 }, { unitPrice: -1 }])
      await post('/orders', { ...body, orderId: 'h-2', lines: [{ ...line, ...wrong }] }).expect(
        400,
      );
    await post('/orders', { ...body, lines: [line] }).expect(409);
    await api.get(`${BASE}/orders/h-2`, 'viewer').expect(404);
  });

  it('is cancelled as long as it is not shipped', async () => {
    await post('/orders', { ...body, orderId: 'h-3' }).expect(202);
    const cancelled = await post('/orders/h-3/cancel').expect(202);
    expect(cancelled.body.state).toBe('cancelled');
    await post('/orders/h-1/cancel').expect(409);
  });

  it('is handed in by administrators, and seen by nobody without a role', async () => {
    await api.post(`${BASE}/orders`, 'viewer').send(body).expect(403);
    await api.get(`${BASE}/orders`, 'user').expect(403);
    await api.get(`${BASE}/orders`).expect(401);
  });
});

it('what a supplier delivers comes into stock once', async () => {
  const { unitsInStock } = await get('/products/14');
  const [order] = (await get('/purchase-orders?orderId=h-1&supplierId=6')).items;
  for (const _ of [1, 2]) await post(`/purchase-orders/${order.id}/receive`).expect(200);
  expect((await get('/products/14')).unitsInStock).toBe(unitsInStock + 1);
});

it('an order that the queue cannot take leaves nothing behind', async () => {
  await api.redis.cut();
  const order = { orderId: 'h-9', customerId: 'ALFKI', lines: [{ productId: 11, quantity: 1 }] };
  await post('/orders', order).expect(503);
  await api.get(`${BASE}/orders/h-9`, 'viewer').expect(404);
  await api.redis.restore();
  await vi.waitFor(() => api.queue.pendingCounts(), 10_000);
});
