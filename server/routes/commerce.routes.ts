import { ulid } from 'ulid';
import { z } from 'zod';
import { requestHash } from '../config/requestHash.ts';
import type { CommerceController } from '../controllers/CommerceController.ts';
import { ORDER_STATES } from '../models/commerce/OrderModel.ts';
import { PURCHASE_ORDER_STATES } from '../models/commerce/PurchaseOrderModel.ts';
import { utcDay } from '../Services/Commerce/days.ts';
import type { NewOrder } from '../Services/Commerce/placeOrder.ts';
import {
  ageingView,
  amountGiven,
  customerView,
  day,
  id,
  invoiceView,
  orderBody,
  orderView,
  paymentView,
  productView,
  purchaseOrderView,
  salesOutstandingView,
  scoreView,
} from './commerce.schemas.ts';
import { idempotencyKey } from './jobStatus.schemas.ts';
import { ENQUEUE_ERRORS } from './queueErrors.ts';
import { defineRoute, type Route } from './route.ts';
import { pageOf, pageQuery } from './schemas.ts';

const BASE = '/api/v1/commerce';
const PAGE = 50;
const byId = z.strictObject({ id });
const asOfQuery = z.strictObject({
  asOf: day.optional().meta({ description: 'Today, in UTC, if left out' }),
});

const today = () => utcDay(new Date());

/** Orders, stock, invoices and customers, under /api/v1/commerce. */
export function commerceRoutes(controller: CommerceController): Route[] {
  const common = { tag: 'Commerce' } as const;
  return [
    defineRoute({
      ...{ ...common, method: 'get', path: `${BASE}/products`, guard: 'reader' },
      summary: 'The products, with what is in stock',
      query: z.strictObject({ supplierId: id.optional(), ...pageQuery(PAGE) }),
      responses: { 200: pageOf(productView) },
      handle: ({ query: { supplierId, ...page } }) => controller.products({ supplierId }, page),
    }),
    defineRoute({
      ...{ ...common, method: 'get', path: `${BASE}/products/:id`, guard: 'reader' },
      summary: 'One product',
      params: byId,
      responses: { 200: productView },
      errors: ['NOT_FOUND'],
      handle: ({ params }) => controller.product(params.id),
    }),
    defineRoute({
      ...{ ...common, method: 'post', path: `${BASE}/orders`, guard: 'administrator' },
      summary: 'Hand an order in',
      description:
        'Answered once it is recorded as received; the queue ORDER_PROCESSING then confirms or rejects it.',
      headers: z.object({ 'idempotency-key': idempotencyKey }),
      body: orderBody,
      responses: { 202: orderView },
      errors: ['ORDER_ID_TAKEN', ...ENQUEUE_ERRORS],
      handle: ({ body, headers, account }) =>
        controller.placeOrder(newOrder(body, headers['idempotency-key'], account.accountId)),
    }),
    defineRoute({
      ...{ ...common, method: 'get', path: `${BASE}/orders`, guard: 'reader' },
      summary: 'The orders, by id',
      query: z.strictObject({
        customerId: id.optional(),
        state: z.enum(ORDER_STATES).optional(),
        ...pageQuery(PAGE),
      }),
      responses: { 200: pageOf(orderView) },
      handle: ({ query: { customerId, state, ...page } }) =>
        controller.orders({ customerId, state }, page),
    }),
    defineRoute({
      ...{ ...common, method: 'get', path: `${BASE}/orders/:id`, guard: 'reader' },
      summary: 'One order',
      params: byId,
      responses: { 200: orderView },
      errors: ['NOT_FOUND'],
      handle: ({ params }) => controller.order(params.id),
    }),
    defineRoute({
      ...{ ...common, method: 'post', path: `${BASE}/orders/:id/cancel`, guard: 'administrator' },
      summary: 'Cancel an order that is not shipped',
      description: 'Stock, credit and purchase orders are given back in the background.',
      params: byId,
      responses: { 202: orderView },
      errors: ['NOT_FOUND', 'ORDER_STATE', ...ENQUEUE_ERRORS],
      handle: ({ params }) => controller.cancelOrder(params.id),
    }),
    defineRoute({
      ...{ ...common, method: 'post', path: `${BASE}/orders/:id/ship`, guard: 'administrator' },
      summary: 'Ship a routed order: its invoice is made, due in 30 days',
      params: byId,
      body: z.strictObject({ shippedDate: day.optional() }),
      responses: { 200: orderView.extend({ invoiceId: z.string() }) },
      errors: ['NOT_FOUND', 'ORDER_STATE'],
      handle: ({ params, body }) => controller.shipOrder(params.id, body.shippedDate ?? today()),
    }),
    defineRoute({
      ...{ ...common, method: 'get', path: `${BASE}/purchase-orders`, guard: 'reader' },
      summary: 'What suppliers are to deliver',
      query: z.strictObject({
        orderId: id.optional(),
        supplierId: id.optional(),
        reason: z.enum(['order', 'reorder']).optional(),
        state: z.enum(PURCHASE_ORDER_STATES).optional(),
        ...pageQuery(PAGE),
      }),
      responses: { 200: pageOf(purchaseOrderView) },
      handle: ({ query: { limit, cursor, ...filter } }) =>
        controller.purchaseOrders(filter, { limit, cursor }),
    }),
    defineRoute({
      ...{ ...common, method: 'post', path: `${BASE}/purchase-orders/:id/receive` },
      guard: 'administrator',
      summary: 'A supplier has delivered: the units come into stock',
      params: byId,
      responses: { 200: purchaseOrderView },
      errors: ['NOT_FOUND', 'ORDER_STATE'],
      handle: ({ params }) => controller.receivePurchaseOrder(params.id),
    }),
    defineRoute({
      ...{ ...common, method: 'get', path: `${BASE}/invoices`, guard: 'reader' },
      summary: 'The invoices, by id',
      query: z.strictObject({ customerId: id.optional(), ...pageQuery(PAGE) }),
      responses: { 200: pageOf(invoiceView) },
      handle: ({ query: { customerId, ...page } }) => controller.invoices({ customerId }, page),
    }),
    defineRoute({
      ...{ ...common, method: 'get', path: `${BASE}/invoices/:id`, guard: 'reader' },
      summary: 'One invoice',
      params: byId,
      responses: { 200: invoiceView },
      errors: ['NOT_FOUND'],
      handle: ({ params }) => controller.invoice(params.id),
    }),
    defineRoute({
      ...{ ...common, method: 'post', path: `${BASE}/payments`, guard: 'administrator' },
      summary: 'An invoice is paid, as a whole',
      body: z.strictObject({ invoiceId: id, amount: amountGiven, paidDate: day.optional() }),
      responses: { 200: paymentView },
      errors: ['NOT_FOUND', 'INVOICE_SETTLED'],
      handle: ({ body: { invoiceId, amount, paidDate } }) =>
        controller.pay({ invoiceId, amountCents: amount, paidOn: paidDate ?? today() }),
    }),
    defineRoute({
      ...{ ...common, method: 'get', path: `${BASE}/receivables/ageing`, guard: 'reader' },
      summary: 'What is open on a day, by days past due',
      description: 'Open: invoiced up to that day, and not settled up to it.',
      query: asOfQuery,
      responses: { 200: ageingView },
      handle: ({ query }) => controller.ageing(query.asOf ?? today()),
    }),
    defineRoute({
      ...{ ...common, method: 'get', path: `${BASE}/customers`, guard: 'reader' },
      summary: 'The customers, by id',
      query: z.strictObject(pageQuery(PAGE)),
      responses: { 200: pageOf(customerView) },
      handle: ({ query }) => controller.customers(query),
    }),
    defineRoute({
      ...{ ...common, method: 'get', path: `${BASE}/customers/:id`, guard: 'reader' },
      summary: 'One customer',
      params: byId,
      responses: { 200: customerView },
      errors: ['NOT_FOUND'],
      handle: ({ params }) => controller.customer(params.id),
    }),
    defineRoute({
      ...{ ...common, method: 'get', path: `${BASE}/customers/:id/score`, guard: 'reader' },
      summary: 'A customer’s credit score as of a day, with each part as a reason',
      params: byId,
      query: asOfQuery,
      responses: { 200: scoreView },
      errors: ['NOT_FOUND'],
      handle: ({ params, query }) => controller.score(params.id, query.asOf ?? today()),
    }),
    defineRoute({
      ...{ ...common, method: 'get', path: `${BASE}/customers/:id/sales-outstanding` },
      guard: 'reader',
      summary: 'A customer’s days sales outstanding',
      description:
        'Open on the day, divided by what was invoiced in the 90 days up to it, times 90.',
      params: byId,
      query: asOfQuery,
      responses: { 200: salesOutstandingView },
      errors: ['NOT_FOUND'],
      handle: ({ params, query }) => controller.salesOutstanding(params.id, query.asOf ?? today()),
    }),
  ];
}

function newOrder(
  { orderId, customerId, shipperId, ...body }: z.output<typeof orderBody>,
  key: string | undefined,
  accountId: string,
): NewOrder {
  const named = key && `request-${requestHash(accountId, key).slice(0, 32)}`;
  return {
    orderId: orderId ?? named ?? ulid(),
    ...{ customerId, shipperId: shipperId ?? null, freightCents: body.freight },
    orderedOn: body.orderDate ?? today(),
    requiredOn: body.requiredDate ?? null,
    lines: body.lines.map(({ productId, quantity, unitPrice, discount }) => ({
      ...{ productId, quantity, unitPriceCents: unitPrice ?? null, discountPercent: discount },
    })),
    replay: body.replay === undefined ? null : { shippedOn: body.replay.shippedDate },
  };
}
