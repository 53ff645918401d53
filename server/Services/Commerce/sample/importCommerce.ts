import { type CustomerDoc, CustomerModel } from '../../../models/commerce/CustomerModel.ts';
import { type InvoiceDoc, InvoiceModel } from '../../../models/commerce/InvoiceModel.ts';
import { OrderModel } from '../../../models/commerce/OrderModel.ts';
import { PaymentModel } from '../../../models/commerce/PaymentModel.ts';
import { type ProductDoc, ProductModel } from '../../../models/commerce/ProductModel.ts';
import { PurchaseOrderModel } from '../../../models/commerce/PurchaseOrderModel.ts';
import { ShipperModel, SupplierModel } from '../../../models/commerce/SupplierModel.ts';
import { insertAbsent } from '../../../models/insertAbsent.ts';
import { addDays } from '../days.ts';
import type { NewOrder } from '../placeOrder.ts';
import { type Northwind, readNorthwind, unitsOrdered } from './northwind.ts';
import { readReceivables, type SampleInvoice } from './receivablesFile.ts';

/** How many documents an import brought in that were not there before. */
export interface CommerceTotals {
  suppliers: number;
  shippers: number;
  products: number;
  customers: number;
  invoices: number;
}

/**
 * Imports the wholesale business: Northwind's products with the stock that they had before its first
 * order, its suppliers, shippers and customers, and the 100 customers and 2,466 invoices of the
 * receivables. What is there already stays as it is, so that it may be repeated at any time.
 */
export async function importCommerce(): Promise<CommerceTotals> {
  const [northwind, receivables] = await Promise.all([readNorthwind(), readReceivables()]);
  const models = [InvoiceModel, OrderModel, PaymentModel, ProductModel, PurchaseOrderModel];
  for (const model of models) await model.createIndexes();
  return {
    suppliers: await insertAbsent(
      SupplierModel,
      northwind.suppliers.map(({ supplier_id, company_name: name, country, phone }) => ({
        ...{ _id: supplier_id, name, country, phone },
      })),
    ),
    shippers: await insertAbsent(
      ShipperModel,
      northwind.shippers.map(({ shipper_id, company_name: name, phone }) => ({
        ...{ _id: shipper_id, name, country: null, phone },
      })),
    ),
    products: await insertAbsent(ProductModel, productsOf(northwind)),
    customers: await insertAbsent(CustomerModel, customersOf(northwind, receivables)),
    invoices: await insertAbsent(InvoiceModel, receivables.map(invoiceOf)),
  };
}

/** Northwind's orders as they were handed in, to be processed anew. */
export async function replayedOrders(): Promise<NewOrder[]> {
  const { orders } = await readNorthwind();
  return orders.map((order) => ({
    orderId: order.order_id,
    customerId: order.customer_id,
    shipperId: order.ship_via,
    orderedOn: order.order_date,
    requiredOn: order.required_date,
    freightCents: order.freight,
    lines: order.lines,
    replay: { shippedOn: order.shipped_date },
  }));
}

/** The stock before the first order; what is discontinued was so from the day after the last one. */
function productsOf({ products, orders }: Northwind): ProductDoc[] {
  const ordered = unitsOrdered(orders);
  const lastDay =
    orders
      .map(({ order_date }) => order_date)
      .sort()
      .at(-1) ?? '';
  return products.map((product) => ({
    _id: product.product_id,
    name: product.product_name,
    supplierId: product.supplier_id,
    unitPriceCents: product.unit_price,
    unitsInStock: product.units_in_stock + (ordered.get(product.product_id) ?? 0),
    reorderLevel: product.reorder_level,
    discontinuedOn: product.discontinued === '1' ? addDays(lastDay, 1) : null,
    holds: [],
  }));
}

function customersOf({ customers }: Northwind, receivables: readonly SampleInvoice[]) {
  const northwind = customers.map((customer) => ({
    _id: customer.customer_id,
    name: customer.company_name,
    contactName: customer.contact_name,
    country: customer.country,
  }));
  const ids = [...new Set(receivables.map(({ customerId }) => customerId))].sort();
  const others = ids.map((_id) => ({
    ...{ _id, name: `Customer ${_id}`, contactName: null, country: null },
  }));
  return [...northwind, ...others].map(
    (customer, position): CustomerDoc => ({
      ...customer,
      ...contactOf(customer._id, position),
      creditLimitCents: null,
      creditUsedCents: 0,
      holds: [],
    }),
  );
}

/** Made up: a number of those that are kept free for fiction, and an address that can have no owner. */
function contactOf(id: string, position: number) {
  const area = 201 + Math.floor(position / 100);
  const line = String(position % 100).padStart(2, '0');
  return {
    channel: position % 2 === 0 ? ('whatsapp' as const) : ('email' as const),
    phone: `1${area}55501${line}`,
    email: `${id.toLowerCase()}@example.com`,
    hasSyntheticContact: true,
  };
}

function invoiceOf(invoice: SampleInvoice): InvoiceDoc {
  const {
    invoiceNumber: _id,
    customerId,
    invoicedOn,
    dueOn,
    settledOn,
    amountCents,
    disputed,
  } = invoice;
  return {
    ...{ _id, customerId, orderId: null, invoicedOn, dueOn, settledOn, amountCents, disputed },
    isSettlementAssumed: false,
  };
}
