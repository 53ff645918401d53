import { type CustomerDoc, CustomerModel } from '../models/commerce/CustomerModel.ts';
import { type InvoiceDoc, InvoiceModel } from '../models/commerce/InvoiceModel.ts';
import { type OrderDoc, OrderModel } from '../models/commerce/OrderModel.ts';
import type { PaymentDoc } from '../models/commerce/PaymentModel.ts';
import { type ProductDoc, ProductModel } from '../models/commerce/ProductModel.ts';
import {
  type PurchaseOrderDoc,
  PurchaseOrderModel,
} from '../models/commerce/PurchaseOrderModel.ts';
import { documentOf, type Page, pageOfModel } from '../models/pages.ts';
import type { Enqueuer } from '../Services/BackgroundJobs/enqueuing/enqueuer.ts';
import { orderProcessingJob } from '../Services/BackgroundJobs/jobs/orderProcessing/orderProcessing.job.ts';
import { formatCents } from '../Services/Commerce/amounts.ts';
import { cancelOrder } from '../Services/Commerce/cancelOrder.ts';
import {
  customerSalesOutstanding,
  customerScore,
  receivablesAgeing,
} from '../Services/Commerce/commerceQueries.ts';
import { type NewPayment, payInvoice } from '../Services/Commerce/payInvoice.ts';
import { type NewOrder, placeOrder, withdrawOrder } from '../Services/Commerce/placeOrder.ts';
import { receivePurchaseOrder } from '../Services/Commerce/receivePurchaseOrder.ts';
import { invoiceIdOf, shipOrder } from '../Services/Commerce/shipOrder.ts';
import { accepted, ok } from './reply.ts';

export interface CommerceDeps {
  enqueuer: Enqueuer;
}

/** The wholesale business over HTTP: each method is one call of a service. */
export function createCommerceController({ enqueuer }: CommerceDeps) {
  return {
    async products(filter: { supplierId?: string | undefined }, page: Page) {
      return ok(listed(await pageOfModel(ProductModel, filter, page), productView));
    },
    product: async (id: string) => ok(productView(await documentOf(ProductModel, 'product', id))),

    async placeOrder(order: NewOrder) {
      const { orderId } = order;
      const placed = await placeOrder(order);
      try {
        await enqueuer.enqueue(orderProcessingJob, { orderId }, { key: orderId });
      } catch (error) {
        if (placed.isNew) await withdrawOrder(orderId);
        throw error;
      }
      return accepted(orderView(placed.order));
    },
    async orders(
      filter: { customerId?: string | undefined; state?: string | undefined },
      page: Page,
    ) {
      return ok(listed(await pageOfModel(OrderModel, filter, page), orderView));
    },
    order: async (id: string) => ok(orderView(await documentOf(OrderModel, 'order', id))),
    async cancelOrder(orderId: string) {
      const order = await cancelOrder(orderId);
      // What it holds is given back by the work that knows how.
      await enqueuer.enqueue(orderProcessingJob, { orderId }, { key: `${orderId}/cancelled` });
      return accepted(orderView(order));
    },
    async shipOrder(orderId: string, shippedOn: string) {
      const order = await shipOrder(orderId, shippedOn);
      return ok({ ...orderView(order), invoiceId: invoiceIdOf(orderId) });
    },

    async purchaseOrders(
      filter: Partial<Record<'orderId' | 'supplierId' | 'reason' | 'state', string | undefined>>,
      page: Page,
    ) {
      const found = await pageOfModel(PurchaseOrderModel, filter, page);
      return ok(listed(found, purchaseOrderView));
    },
    receivePurchaseOrder: async (id: string) =>
      ok(purchaseOrderView(await receivePurchaseOrder(id))),

    async invoices(filter: { customerId?: string | undefined }, page: Page) {
      return ok(listed(await pageOfModel(InvoiceModel, filter, page), invoiceView));
    },
    invoice: async (id: string) => ok(invoiceView(await documentOf(InvoiceModel, 'invoice', id))),
    pay: async (payment: NewPayment) => ok(paymentView(await payInvoice(payment))),
    async ageing(asOf: string) {
      const { invoices, current, d1_30, d31_60, d61_90, over90, total } =
        await receivablesAgeing(asOf);
      return ok({
        ...{ asOf, invoices, current: formatCents(current), d1_30: formatCents(d1_30) },
        ...{ d31_60: formatCents(d31_60), d61_90: formatCents(d61_90) },
        ...{ over90: formatCents(over90), total: formatCents(total) },
      });
    },

    customers: async (page: Page) =>
      ok(listed(await pageOfModel(CustomerModel, {}, page), customerView)),
    customer: async (id: string) =>
      ok(customerView(await documentOf(CustomerModel, 'customer', id))),
    score: async (id: string, asOf: string) => ok(await customerScore(id, asOf)),
    async salesOutstanding(customerId: string, asOf: string) {
      const { openCents, invoicedCents, days } = await customerSalesOutstanding(customerId, asOf);
      return ok({
        ...{ customerId, asOf, open: formatCents(openCents), invoiced: formatCents(invoicedCents) },
        daysSalesOutstanding: days,
      });
    },
  };
}

export type CommerceController = ReturnType<typeof createCommerceController>;

function listed<Doc, View>(
  { items, nextCursor }: { items: readonly Doc[]; nextCursor: string | null },
  viewOf: (doc: Doc) => View,
) {
  return { items: items.map(viewOf), nextCursor };
}

function productView({ _id: id, unitPriceCents, holds: _, ...product }: ProductDoc) {
  return { id, ...product, unitPrice: formatCents(unitPriceCents) };
}

function orderView(order: OrderDoc) {
  const { _id: id, lines, totalCents, freightCents, replayShippedOn: _, ...rest } = order;
  return {
    ...{ id, ...rest, total: formatCents(totalCents), freight: formatCents(freightCents) },
    lines: lines.map(({ unitPriceCents, discountPercent, ...line }) => ({
      ...{ ...line, unitPrice: formatCents(unitPriceCents), discount: discountPercent / 100 },
    })),
  };
}

function purchaseOrderView({ _id: id, reorderOf: _, ...order }: PurchaseOrderDoc) {
  return { id, ...order };
}

function invoiceView({ _id: id, amountCents, ...invoice }: InvoiceDoc) {
  return { id, ...invoice, amount: formatCents(amountCents) };
}

function paymentView({ _id: id, amountCents, ...payment }: PaymentDoc) {
  return { id, ...payment, amount: formatCents(amountCents) };
}

function customerView(customer: CustomerDoc) {
  const { _id: id, creditLimitCents, creditUsedCents, holds: _, ...rest } = customer;
  return {
    ...{ id, ...rest, creditUsed: formatCents(creditUsedCents) },
    creditLimit: creditLimitCents === null ? null : formatCents(creditLimitCents),
  };
}
