import { beforeEach, describe, expect, it } from 'vitest';
import { CustomerModel } from '../../../server/models/commerce/CustomerModel.ts';
import { giveBackHold, takeHold } from '../../../server/models/commerce/holds.ts';
import { InvoiceModel } from '../../../server/models/commerce/InvoiceModel.ts';
import { OrderModel } from '../../../server/models/commerce/OrderModel.ts';
import { ProductModel } from '../../../server/models/commerce/ProductModel.ts';
import { PurchaseOrderModel } from '../../../server/models/commerce/PurchaseOrderModel.ts';
import { moveOrder } from '../../../server/Services/Commerce/orders.ts';
import { payInvoice } from '../../../server/Services/Commerce/payInvoice.ts';
import { type NewOrder, placeOrder } from '../../../server/Services/Commerce/placeOrder.ts';
import { processOrder } from '../../../server/Services/Commerce/processOrder.ts';
import { routeOrder } from '../../../server/Services/Commerce/routeOrder.ts';
import { importCommerce } from '../../../server/Services/Commerce/sample/importCommerce.ts';
import { shipOrder } from '../../../server/Services/Commerce/shipOrder.ts';
import { useWholesale } from './wholesale.ts';

useWholesale();

const stockOf = async (productId: string) =>
  (await ProductModel.findById(productId).lean())?.unitsInStock;
const creditUsed = async () => (await CustomerModel.findById('ALFKI').lean())?.creditUsedCents;
const TODAY = '2026-11-27';
let number = 0;

/** Hands in an order of ALFKI's for so many units of some products, at 10.00 each. */
async function order(units: Record<string, number>, more: Partial<NewOrder> = {}): Promise<string> {
  number += 1;
  const orderId = `test-${number}`;
  await placeOrder({
    ...{ orderId, customerId: 'ALFKI', shipperId: '1', orderedOn: TODAY, requiredOn: null },
    freightCents: 0,
    lines: Object.entries(units).map(([productId, quantity]) => ({
      ...{ productId, quantity, unitPriceCents: 1_000, discountPercent: 0 },
    })),
    replay: null,
    ...more,
  });
  return orderId;
}

/** Does the same many times at once, as slow and repeated workers would. */
const atOnce = <T>(work: () => Promise<T>) => Promise.all(Array.from({ length: 6 }, work));

beforeEach(async () => {
  await ProductModel.updateMany({}, { $set: { unitsInStock: 100, reorderLevel: 0, holds: [] } });
  const credit = { creditLimitCents: null, creditUsedCents: 0, holds: [] };
  await CustomerModel.updateMany({}, { $set: credit });
});

describe('an order', () => {
  it('takes its stock once, however often it is processed', async () => {
    const orderId = await order({ 11: 30, 12: 5 });
    const states = await atOnce(() => processOrder(orderId));
    expect(new Set(states)).toEqual(new Set(['confirmed']));
    await processOrder(orderId);
    expect([await stockOf('11'), await stockOf('12')]).toEqual([70, 95]);
  });

  it('is rejected whole when one product is short, and holds nothing then', async () => {
    const orderId = await order({ 11: 30, 12: 101 });
    await atOnce(() => processOrder(orderId));
    expect(await OrderModel.findById(orderId).lean()).toMatchObject({
      state: 'rejected',
      problems: [{ code: 'OUT_OF_STOCK', productId: '12' }],
    });
    expect([await stockOf('11'), await stockOf('12')]).toEqual([100, 100]);
  });

  it('never brings the stock below zero, whoever orders at once', async () => {
    const ids = await Promise.all(Array.from({ length: 7 }, () => order({ 13: 30 })));
    const states = await Promise.all(ids.map(processOrder));
    expect(states.filter((state) => state === 'confirmed')).toHaveLength(3);
    expect(await stockOf('13')).toBe(10);
  });

  it('is rejected for a product that is discontinued on its day, not for one that is so later', async () => {
    const late = await order({ 5: 1 });
    expect(await processOrder(late)).toBe('rejected');
    const early = await order({ 5: 1 }, { orderedOn: '1997-01-01' });
    expect(await processOrder(early)).toBe('confirmed');
  });

  it('is rejected beyond the credit limit, also when two come at once', async () => {
    await CustomerModel.updateOne({ _id: 'ALFKI' }, { $set: { creditLimitCents: 5_000 } });
    const ids = await Promise.all([order({ 11: 3 }), order({ 12: 3 })]);
    const states = await Promise.all(ids.map(processOrder));
    expect(states.toSorted()).toEqual(['confirmed', 'rejected']);
    expect(await creditUsed()).toBe(3_000);
    expect([await stockOf('11'), await stockOf('12')].toSorted()).toEqual([100, 97]);
  });

  it('gives everything back when it is cancelled, also while a slow worker is at it', async () => {
    const orderId = await order({ 11: 30 });
    await processOrder(orderId);
    expect(await moveOrder(orderId, 'cancelled')).toBe(true);
    await atOnce(() => processOrder(orderId));
    expect([await stockOf('11'), await creditUsed()]).toEqual([100, 0]);
    const late = await takeHold(
      ProductModel,
      '11',
      { orderId, amount: 30 },
      { effect: { unitsInStock: -1 }, room: {} },
    );
    expect([late, await stockOf('11')]).toEqual(['ended', 100]);
  });

  it('that never held anything can take nothing after it was given back', async () => {
    await giveBackHold(ProductModel, '11', 'nobody', { unitsInStock: -1 });
    const hold = { orderId: 'nobody', amount: 1 };
    const options = { effect: { unitsInStock: -1 }, room: {} } as const;
    expect(await takeHold(ProductModel, '11', hold, options)).toBe('ended');
    expect(await stockOf('11')).toBe(100);
  });

  it('is the same order when it is handed in again, and is refused with other contents', async () => {
    const orderId = await order({ 11: 1 });
    const again = { orderId };
    number -= 1;
    expect(await order({ 11: 1 }, again)).toBe(orderId);
    await expect(order({ 11: 2 }, again)).rejects.toMatchObject({ code: 'ORDER_ID_TAKEN' });
  });
});

describe('a confirmed order', () => {
  it('becomes one purchase order per supplier, with its shipper, once', async () => {
    const orderId = await order({ 1: 1, 3: 2, 4: 3 }, { orderedOn: '1997-01-01' });
    await processOrder(orderId);
    await atOnce(() => routeOrder(orderId));
    const parts = await PurchaseOrderModel.find({ orderId }).sort({ _id: 1 }).lean();
    expect(parts.map(({ supplierId, shipperId, lines }) => [supplierId, shipperId, lines])).toEqual(
      [
        ['1', '1', [{ productId: '3', quantity: 2 }]],
        ['2', '1', [{ productId: '4', quantity: 3 }]],
        ['8', '1', [{ productId: '1', quantity: 1 }]],
      ],
    );
    expect(await routeOrder(orderId)).toBe('routed');
  });

  it('reorders what it brought below its level, once until that is received', async () => {
    await ProductModel.updateOne({ _id: '14' }, { $set: { reorderLevel: 60 } });
    const ids = await Promise.all([order({ 14: 30 }), order({ 14: 30 })]);
    await Promise.all(ids.map(processOrder));
    await Promise.all(ids.map(routeOrder));
    const reorders = await PurchaseOrderModel.find({ reason: 'reorder' }).lean();
    expect(reorders).toMatchObject([{ reorderOf: '14', lines: [{ quantity: 80 }], orderId: null }]);
  });

  it('makes one invoice when it is shipped, due in 30 days, and gives credit back when that is paid', async () => {
    const orderId = await order({ 11: 3 });
    await processOrder(orderId);
    await expect(shipOrder(orderId, TODAY)).rejects.toMatchObject({ code: 'ORDER_STATE' });
    await routeOrder(orderId);
    await atOnce(() => shipOrder(orderId, TODAY));
    await shipOrder(orderId, '2026-12-01');
    const invoices = await InvoiceModel.find({ orderId }).lean();
    expect(invoices).toMatchObject([
      { amountCents: 3_000, invoicedOn: TODAY, dueOn: '2026-12-27', settledOn: null },
    ]);
    expect(await creditUsed()).toBe(3_000);
    const payment = { invoiceId: `INV-${orderId}`, amountCents: 3_000, paidOn: '2026-12-02' };
    const paid = await atOnce(() => payInvoice(payment));
    expect(new Set(paid.map(({ _id }) => _id)).size).toBe(1);
    expect(await InvoiceModel.findById(payment.invoiceId).lean()).toMatchObject({
      settledOn: '2026-12-02',
    });
    expect(await creditUsed()).toBe(0);
    await expect(payInvoice({ ...payment, paidOn: '2026-12-03' })).rejects.toMatchObject({
      code: 'INVOICE_SETTLED',
    });
  });
});

it('the sample is imported once, however often', async () => {
  expect(await importCommerce()).toEqual({
    ...{ suppliers: 0, shippers: 0, products: 0, customers: 0, invoices: 0 },
  });
  const counts = [ProductModel, CustomerModel].map((model) => model.countDocuments());
  expect(await Promise.all(counts)).toEqual([77, 191]);
  expect(await InvoiceModel.countDocuments({ orderId: null })).toBe(2_466);
});
