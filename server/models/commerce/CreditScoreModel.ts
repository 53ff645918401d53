import { model, Schema } from 'mongoose';

/** A customer's credit score of one day, as a run or a request computed it. */
export interface CreditScoreDoc {
  /** `<customer>@<day>`. */
  _id: string;
  customerId: string;
  /** A day, `YYYY-MM-DD`. */
  asOf: string;
  /** Null without a settled invoice. */
  score: number | null;
  reasons: { part: string; value: number; maxPoints: number; points: number; text: string }[];
  /** Orders what wrote it: an older job never replaces a newer one's. */
  runSeq: number;
  /** The score before it, when people are to be told of the change. */
  changedFrom: number | null;
}

const creditScoreSchema = new Schema<CreditScoreDoc>(
  {
    _id: { type: String, required: true },
    customerId: { type: String, required: true },
    asOf: { type: String, required: true },
    score: { type: Number, default: null },
    reasons: {
      type: [
        new Schema(
          { part: String, value: Number, maxPoints: Number, points: Number, text: String },
          { _id: false },
        ),
      ],
      required: true,
    },
    runSeq: { type: Number, required: true },
    changedFrom: { type: Number, default: null },
  },
  { collection: 'creditscores', versionKey: false, autoIndex: false },
);

// A customer's score before a day.
creditScoreSchema.index({ customerId: 1, asOf: -1 });
// The changes that people are told of, newest first.
creditScoreSchema.index(
  { asOf: -1, _id: 1 },
  { partialFilterExpression: { changedFrom: { $gt: 0 } } },
);

export const CreditScoreModel = model<CreditScoreDoc>('CreditScore', creditScoreSchema);
