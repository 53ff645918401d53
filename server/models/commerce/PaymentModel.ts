import { model, Schema } from 'mongoose';

/** The payment of an invoice: the whole of it, once. */
export interface PaymentDoc {
  _id: string;
  invoiceId: string;
  amountCents: number;
  /** A day, `YYYY-MM-DD`. */
  paidOn: string;
  receivedAt: Date;
}

const paymentSchema = new Schema<PaymentDoc>(
  {
    _id: { type: String, required: true },
    invoiceId: { type: String, required: true },
    amountCents: { type: Number, required: true },
    paidOn: { type: String, required: true },
    receivedAt: { type: Date, required: true },
  },
  { collection: 'payments', versionKey: false, autoIndex: false },
);

// An invoice is paid once.
paymentSchema.index({ invoiceId: 1 }, { unique: true });

export const PaymentModel = model<PaymentDoc>('Payment', paymentSchema);
