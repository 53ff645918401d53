import { model, Schema, type Types } from 'mongoose';

/** The `source` of the sample's purchases. */
export const SAMPLE_SOURCE = 'cdnow';

/** The `source` of purchases that have ids of their own, unless the import names another. */
export const IDENTIFIED_SOURCE = 'purchases';

/** One purchase or refund, as one line of an imported file tells it. */
export interface PurchaseDoc {
  _id: Types.ObjectId;
  userId: Types.ObjectId;
  purchasedAt: Date;
  /** Whole cents: sums of them are exact. Negative for a refund. */
  amountCents: number;
  items: number;
  /** What it was imported from: SAMPLE_SOURCE, or the name given to the import. */
  source: string;
  /**
   * The owner's own name for it, or its line, from 1, where the file has no such names. With the
   * source it is unique: a repeated import doubles nothing.
   */
  key: string | number;
}

const purchaseSchema = new Schema<PurchaseDoc>(
  {
    userId: { type: Schema.Types.ObjectId, required: true },
    purchasedAt: { type: Date, required: true },
    amountCents: { type: Number, required: true },
    items: { type: Number, required: true },
    source: { type: String, required: true },
    key: { type: Schema.Types.Mixed, required: true },
  },
  { collection: 'purchases', versionKey: false, autoIndex: false },
);

purchaseSchema.index({ source: 1, key: 1 }, { unique: true });
// A customer's purchases up to a day; the amount makes the index answer alone.
purchaseSchema.index({ userId: 1, purchasedAt: 1, amountCents: 1 });

export const PurchaseModel = model<PurchaseDoc>('Purchase', purchaseSchema);
