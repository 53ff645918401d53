import { ulid } from 'ulid';
import { AppError } from '../../errors/AppError.ts';
import { type InvoiceDoc, InvoiceModel } from '../../models/commerce/InvoiceModel.ts';
import { type PaymentDoc, PaymentModel } from '../../models/commerce/PaymentModel.ts';
import { DURABLE } from '../../models/durable.ts';
import { insertOnce } from '../../models/insertOnce.ts';
import { formatCents } from './amounts.ts';
import { releaseCredit } from './credit.ts';
import type { Day } from './days.ts';

/** The payment of one invoice. */
export interface NewPayment {
  readonly invoiceId: string;
  readonly amountCents: number;
  readonly paidOn: Day;
}

/**
 * Settles an invoice on the day of its payment; its order gives the customer's credit back. Repeated
 * with the same day it is the same payment, and completes what a crash left undone.
 * @throws AppError NOT_FOUND without the invoice; VALIDATION_FAILED for an amount that is not the
 * invoice's; INVOICE_SETTLED when it was settled by that day, or paid already.
 */
export async function payInvoice({
  invoiceId,
  amountCents,
  paidOn,
}: NewPayment): Promise<PaymentDoc> {
  const invoice = await InvoiceModel.findById(invoiceId).lean<InvoiceDoc>();
  if (invoice === null) throw new AppError('NOT_FOUND', `There is no invoice ${invoiceId}.`);
  if (amountCents !== invoice.amountCents) {
    throw new AppError(
      'VALIDATION_FAILED',
      `The invoice ${invoiceId} is paid as a whole: its amount is ${formatCents(invoice.amountCents)}.`,
    );
  }
  const payment = await recordPayment(invoice, { invoiceId, amountCents, paidOn });
  await InvoiceModel.updateOne(
    { _id: invoiceId },
    { $set: { settledOn: paidOn, isSettlementAssumed: false } },
    { writeConcern: DURABLE },
  );
  const { orderId, customerId } = invoice;
  if (orderId !== null) await releaseCredit({ _id: orderId, customerId });
  return payment;
}

async function recordPayment(invoice: InvoiceDoc, payment: NewPayment): Promise<PaymentDoc> {
  const { invoiceId, paidOn } = payment;
  const known = await PaymentModel.findOne({ invoiceId }).lean<PaymentDoc>();
  if (known?.paidOn === paidOn) return known;
  const settledOn = known?.paidOn ?? invoice.settledOn;
  if (known !== null || (settledOn !== null && settledOn <= paidOn)) {
    throw new AppError('INVOICE_SETTLED', `The invoice ${invoiceId} was settled on ${settledOn}.`);
  }
  const doc: PaymentDoc = { _id: ulid(), ...payment, receivedAt: new Date() };
  if (await insertOnce(PaymentModel, doc)) return doc;
  // Somebody paid it at this moment.
  return recordPayment(invoice, payment);
}
