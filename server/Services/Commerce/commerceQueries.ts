import { CustomerModel } from '../../models/commerce/CustomerModel.ts';
import { type InvoiceDoc, InvoiceModel } from '../../models/commerce/InvoiceModel.ts';
import { documentOf } from '../../models/pages.ts';
import { readMany } from '../../models/readDeadline.ts';
import { type CreditScore, creditScoreOf } from './creditScore.ts';
import type { Day } from './days.ts';
import { type Ageing, ageingOf } from './receivables.ts';

/** What is open on a day, by days past due. */
export async function receivablesAgeing(asOf: Day): Promise<Ageing> {
  const open = await readMany((options) =>
    InvoiceModel.find(
      { invoicedOn: { $lte: asOf }, $or: [{ settledOn: null }, { settledOn: { $gt: asOf } }] },
      { invoicedOn: 1, dueOn: 1, settledOn: 1, amountCents: 1 },
      options,
    ).lean<InvoiceDoc[]>(),
  );
  return ageingOf(open, asOf);
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
