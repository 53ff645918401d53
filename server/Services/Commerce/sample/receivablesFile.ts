import { z } from 'zod';
import type { PaymentRecord } from '../creditScore.ts';
import type { Receivable } from '../receivables.ts';
import { csvRows } from './csvRows.ts';
import { americanDay, cents, text } from './fields.ts';

/** Relative to the project's folder. */
const PATH = 'data/commerce/receivables.csv';

const row = z.object({
  customerID: text,
  invoiceNumber: text,
  InvoiceDate: americanDay,
  DueDate: americanDay,
  InvoiceAmount: cents,
  Disputed: z.enum(['Yes', 'No']),
  SettledDate: americanDay,
  PaperlessBill: z.enum(['Paper', 'Electronic']),
});

/** An invoice of the sample. */
export interface SampleInvoice extends Receivable, PaymentRecord {
  readonly invoiceNumber: string;
  readonly customerId: string;
  readonly settledOn: string;
  readonly isElectronic: boolean;
}

/** IBM's sample of accounts receivable, as published. */
export async function readReceivables(path = PATH): Promise<SampleInvoice[]> {
  const rows = await csvRows(path, row);
  return rows.map((each) => ({
    invoiceNumber: each.invoiceNumber,
    customerId: each.customerID,
    invoicedOn: each.InvoiceDate,
    dueOn: each.DueDate,
    settledOn: each.SettledDate,
    amountCents: each.InvoiceAmount,
    disputed: each.Disputed === 'Yes',
    isElectronic: each.PaperlessBill === 'Electronic',
  }));
}
