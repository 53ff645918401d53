import { createHmac, randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { afterAll } from 'vitest';
import { InvoiceModel } from '../../server/models/commerce/InvoiceModel.ts';
import { MessageModel } from '../../server/models/commerce/MessageModel.ts';
import { OrderModel } from '../../server/models/commerce/OrderModel.ts';
import { ProductModel } from '../../server/models/commerce/ProductModel.ts';
import { PurchaseOrderModel } from '../../server/models/commerce/PurchaseOrderModel.ts';
import { ReportModel } from '../../server/models/commerce/ReportModel.ts';
import { addDays, daysBetween } from '../../server/Services/Commerce/days.ts';
import { REMINDER_STEPS } from '../../server/Services/Commerce/reminderSteps.ts';
import type { ApiClient } from '../e2e/apiClient.ts';
import { type SentMessage, startCloudApiDouble } from '../integration/commerce/cloudApiDouble.ts';
import { isByWhatsApp, STREAM_CUSTOMERS } from './otherSources.ts';
import {
  askUntilAccepted,
  differences,
  type Strand,
  type StrandAtWork,
  stepSteadily,
  whenNothingAmiss,
} from './strand.ts';

const BASE = '/api/v1/commerce';
const APP_SECRET = randomUUID();
const EVERY_MS = 400;
const REMINDERS_EVERY = 6;
const REPORT_EVERY = 20;
const PRODUCTS = 6;
const SUPPLIERS = 3;
const STOCK = 100_000;
/** The product whose first order brings its stock below the reorder level. */
const REORDERED = 0;
const FIRST_DAY = '2030-01-01';
/** Between the first days of two tests' reminders: more than a test gets through. */
const DAYS_OF_A_TEST = 400;

interface Order {
  orderId: string;
  lines: { productId: string; quantity: number }[];
}

let tests = 0;

/**
 * The wholesale business in the stream: orders that are placed, decided and routed to suppliers, reminders by
 * WhatsApp's double and by mail, and reports; the credit scores are of otherSources.ts. The double tells of
 * delivery as the real service does, so that a message whose answer was lost is not sent again.
 */
export async function useTrade(): Promise<Strand> {
  let api: ApiClient | undefined;
  const tellings: Promise<unknown>[] = [];
  const double = await startCloudApiDouble((message) => {
    // A delivery that could not be told shows later, in the message's state.
    tellings.push(tellDelivered(message).catch(() => undefined));
  });
  afterAll(double.stop);

  async function tellDelivered({ id, reference }: { id: string; reference: string }) {
    if (api === undefined) return;
    const status = { id, status: 'delivered', biz_opaque_callback_data: reference };
    const told = { entry: [{ changes: [{ value: { statuses: [status] } }] }] };
    const digest = createHmac('sha256', APP_SECRET).update(JSON.stringify(told)).digest('hex');
    const signature = { 'x-hub-signature-256': `sha256=${digest}` };
    await askUntilAccepted(api, `${BASE}/whatsapp/webhook`, told, signature);
  }

  return {
    settings: {
      WHATSAPP_BASE_URL: double.url,
      WHATSAPP_PHONE_NUMBER_ID: '4711',
      WHATSAPP_TOKEN: 'a-token-of-the-double',
      WHATSAPP_APP_SECRET: APP_SECRET,
    },
    async begin(client) {
      api = client;
      tests += 1;
      const firstDay = addDays(FIRST_DAY, tests * DAYS_OF_A_TEST);
      const whenTold = async () => void (await Promise.all(tellings));
      return beginTrade(client, { tag: `trade-${tests}`, firstDay, sent: double.sent, whenTold });
    },
  };
}

interface Trade {
  tag: string;
  firstDay: string;
  sent: readonly SentMessage[];
  whenTold: () => Promise<void>;
}

async function beginTrade(api: ApiClient, trade: Trade): Promise<StrandAtWork> {
  const { tag, firstDay, sent, whenTold } = trade;
  const productIds = Array.from({ length: PRODUCTS }, (_, number) => `${tag}-product-${number}`);
  const supplierOf = (productId: string) =>
    `${tag}-supplier-${productIds.indexOf(productId) % SUPPLIERS}`;
  const invoices = STREAM_CUSTOMERS.map((customerId, number) => ({
    ...{ _id: `${tag}-invoice-${number}`, customerId, dueOn: addDays(firstDay, 3 + number) },
  }));
  await ProductModel.create(
    productIds.map((_id, number) => ({
      ...{ _id, name: _id, supplierId: supplierOf(_id), unitPriceCents: 100, unitsInStock: STOCK },
      reorderLevel: number === REORDERED ? STOCK : 0,
    })),
  );
  await InvoiceModel.create(
    invoices.map((invoice) => ({
      ...{ ...invoice, invoicedOn: '2026-10-21', amountCents: 1_000, disputed: false },
    })),
  );

  const orders: Order[] = [];
  const days: string[] = [];
  const reports: string[] = [];
  const steps = stepSteadily(EVERY_MS, async (number) => {
    await placeOrder(number);
    if (number % REMINDERS_EVERY === 0) {
      const asOf = addDays(firstDay, days.length);
      await askUntilAccepted(api, `${BASE}/reminders/run`, { asOf });
      days.push(asOf);
    }
    if (number % REPORT_EVERY === 0) {
      const report = { type: 'ageing', format: 'csv', asOf: '2026-11-21' };
      reports.push(String((await askUntilAccepted(api, `${BASE}/reports`, report)).body.id));
    }
  });

  async function placeOrder(number: number): Promise<void> {
    const lines = [0, 1].map((line) => ({
      productId: productIds[(number + line) % PRODUCTS] ?? '',
      quantity: 1 + (number % 4) + line,
    }));
    const order = { orderId: `${tag}-order-${number}`, lines };
    const customerId = STREAM_CUSTOMERS[number % STREAM_CUSTOMERS.length];
    await askUntilAccepted(api, `${BASE}/orders`, { ...order, customerId });
    orders.push(order);
  }

  async function ordersAmiss(): Promise<string[]> {
    const found = await OrderModel.find({ _id: { $regex: `^${tag}-` } }, { state: 1 }).lean();
    const states = new Map(found.map(({ _id, state }) => [_id, state]));
    const undone = orders.filter(({ orderId }) => states.get(orderId) !== 'routed');
    const known = new Set(orders.map(({ orderId }) => orderId));
    const strays = found.filter(({ _id }) => !known.has(_id));
    return [
      ...undone.map(({ orderId }) => `${orderId} is ${states.get(orderId) ?? 'not there'}`),
      ...strays.map(({ _id }) => `${_id} is there, and its client was told of no order`),
    ];
  }

  async function stockAmiss(): Promise<string[]> {
    const products = await ProductModel.find({ _id: { $in: productIds } }).lean();
    return products.flatMap(({ _id, unitsInStock }) => {
      const lines = orders.flatMap((order) => order.lines);
      const ordered = lines.filter(({ productId }) => productId === _id);
      const left = STOCK - ordered.reduce((sum, { quantity }) => sum + quantity, 0);
      return unitsInStock === left ? [] : [`of ${_id} are ${unitsInStock}, not ${left}, in stock`];
    });
  }

  async function purchasesAmiss(): Promise<string[]> {
    const found = await PurchaseOrderModel.find({ supplierId: { $regex: `^${tag}-` } }).lean();
    const expected = orders.flatMap(({ orderId, lines }) =>
      lines.map(({ productId, quantity }) =>
        [orderId, supplierOf(productId), productId, quantity].join(' '),
      ),
    );
    const made = found.flatMap(({ orderId, supplierId, lines }) =>
      orderId === null
        ? []
        : lines.map(({ productId, quantity }) =>
            [orderId, supplierId, productId, quantity].join(' '),
          ),
    );
    const reorders = found.filter(({ reason }) => reason === 'reorder').length;
    return [
      ...differences('purchase order', expected, made),
      ...(reorders === 1 ? [] : [`${reorders} reorders, not one, of what is below its level`]),
    ];
  }

  async function remindersAmiss(): Promise<string[]> {
    const expected = days.flatMap((day) =>
      invoices.flatMap((invoice) => {
        const step = REMINDER_STEPS.find((each) => each === daysBetween(invoice.dueOn, day));
        return step === undefined ? [] : [{ ...invoice, _id: `reminder-${invoice._id}-${step}` }];
      }),
    );
    const found = await MessageModel.find({ invoiceId: { $regex: `^${tag}-` } }).lean();
    const states = new Map(found.map(({ _id, state }) => [_id, state]));
    const amiss = expected.flatMap(({ _id, customerId }) => {
      const times = sent.filter(({ reference }) => reference === _id).length;
      const state = states.get(_id) ?? 'not there';
      const [rightState, rightTimes] = isByWhatsApp(customerId) ? ['delivered', 1] : ['outbox', 0];
      if (state === rightState && times === rightTimes) return [];
      return [`${_id} is ${state}, and was sent ${times} times by WhatsApp`];
    });
    const ids = expected.map(({ _id }) => _id);
    return [...differences('reminder', ids, [...states.keys()]), ...amiss];
  }

  async function reportsAmiss(): Promise<string[]> {
    const found = await ReportModel.find({ _id: { $in: reports } }, { state: 1 }).lean();
    const states = new Map(found.map(({ _id, state }) => [_id, state]));
    const files = await mongoose.connection
      .collection('reportfiles.files')
      .find({ filename: { $in: reports } })
      .toArray();
    return reports.flatMap((id) => {
      const times = files.filter(({ filename }) => filename === id).length;
      const state = states.get(id) ?? 'not there';
      return state === 'done' && times === 1 ? [] : [`report ${id} is ${state}, ${times} files`];
    });
  }

  return {
    stop: steps.stop,
    account: () =>
      `orders ${orders.length}, days of reminders ${days.length}, reports ${reports.length}`,
    async amiss() {
      await whenTold();
      const looks = [ordersAmiss, stockAmiss, purchasesAmiss, remindersAmiss, reportsAmiss];
      return [...steps.problems, ...(await whenNothingAmiss('the trade', looks))];
    },
  };
}
