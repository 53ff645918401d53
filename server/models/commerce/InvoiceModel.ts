import { model, Schema } from 'mongoose';

/** What a customer owes. Days are texts, `YYYY-MM-DD`. */
export interface InvoiceDoc {
  _id: string;
  customerId: string;
  /** The order that was shipped; null for an imported invoice. */
  orderId: string | null;
  invoicedOn: string;
  dueOn: string;
  settledOn: string | null;
  amountCents: number;
  disputed: boolean;
  /**
   * That it was settled when due is an assumption: of a replayed order nobody knows. It says nothing of
   * the customer's credit.
   */
  isSettlementAssumed: boolean;
}

const invoiceSchema = new Schema<InvoiceDoc>(
  {
    _id: { type: String, required: true },
    customerId: { type: String, required: true },
    orderId: { type: String, default: null },
    invoicedOn: { type: String, required: true },
    dueOn: { type: String, required: true },
    settledOn: { type: String, default: null },
    amountCents: { type: Number, required: true },
    disputed: { type: Boolean, required: true },
    isSettlementAssumed: { type: Boolean, default: false },
  },
  { collection: 'invoices', versionKey: false, autoIndex: false },
);

// A customer's invoices, for the score, days sales outstanding and lists.
invoiceSchema.index({ customerId: 1, _id: 1 });
// What is open on a day.
invoiceSchema.index({ invoicedOn: 1, settledOn: 1 });
// The invoices that reminders are due of.
invoiceSchema.index({ dueOn: 1, _id: 1 });

export const InvoiceModel = model<InvoiceDoc>('Invoice', invoiceSchema);
