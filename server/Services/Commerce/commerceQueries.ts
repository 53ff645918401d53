import { CustomerModel } from '../../models/commerce/CustomerModel.ts';
import { type InvoiceDoc, InvoiceModel } from '../../models/commerce/InvoiceModel.ts';
import { documentOf } from '../../models/pages.ts';
import { readMany } from '../../models/readDeadline.ts';
import { type CreditScore, creditScoreOf } from './creditScore.ts';
import type { Day } from './days.ts';
import {
  type Ageing,
  addToAgeing,
  emptyAgeing,
  openOn,
  type SalesOutstanding,
  salesOutstanding,
} from './receivables.ts';

const RECEIVABLE = {
  customerId: 1,
  invoicedOn: 1,
  dueOn: 1,
  settledOn: 1,
  amountCents: 1,
} as const;

/** The invoices that are open on a day, one after another, by id. */
export function openInvoices(asOf: Day): AsyncIterable<InvoiceDoc> {
  return InvoiceModel.find(openOn(asOf), RECEIVABLE)
    .sort({ _id: 1 })
    .lean<InvoiceDoc[]>()
    .cursor({ batchSize: 1_000 });
}

/** The invoices up to a day, one after another, those of each customer together. */
export function invoicesByCustomer(asOf: Day): AsyncIterable<InvoiceDoc> {
  return InvoiceModel.find({ invoicedOn: { $lte: asOf } }, RECEIVABLE)
    .sort({ customerId: 1, _id: 1 })
    .lean<InvoiceDoc[]>()
    .cursor({ batchSize: 1_000 });
}

/** What is open on a day, by days past due. */
export async function receivablesAgeing(asOf: Day): Promise<Ageing> {
  const ageing = emptyAgeing();
  for await (const invoice of openInvoices(asOf)) addToAgeing(ageing, invoice, asOf);
  return ageing;
}

/**
 * A customer's days sales outstanding on a day.
 * @throws AppError NOT_FOUND without the customer.
 */
export async function customerSalesOutstanding(
  customerId: string,
  asOf: Day,
): Promise<SalesOutstanding> {
  await documentOf(CustomerModel, 'customer', customerId);
  const invoices = await readMany((options) =>
    InvoiceModel.find({ customerId, invoicedOn: { $lte: asOf } }, RECEIVABLE, options).lean<
      InvoiceDoc[]
    >(),
  );
  return salesOutstanding(invoices, asOf);
}

/**
 * A customer's credit score as of a day. Settlements that are only assumed say nothing of it.
 * @throws AppError NOT_FOUND without the customer.
 */
export async function customerScore(customerId: string, asOf: Day): Promise<CreditScore> {
  await documentOf(CustomerModel, 'customer', customerId);
  const invoices = await readMany((options) =>
    InvoiceModel.find(
      { customerId, isSettlementAssumed: false },
      { invoicedOn: 1, dueOn: 1, settledOn: 1, disputed: 1 },
      options,
    ).lean<InvoiceDoc[]>(),
  );
  return creditScoreOf(invoices, asOf);
}
