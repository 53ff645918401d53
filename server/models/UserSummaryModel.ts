import { model, Schema, type Types } from 'mongoose';

/** How a customer stands; CustomerScoring/segments.ts holds the table. */
export const SEGMENTS = ['new', 'active', 'loyal', 'at_risk', 'dormant'] as const;
export type Segment = (typeof SEGMENTS)[number];

/** What one customer's purchases up to a day say. */
export interface CustomerScore {
  /** Days with a purchase, but for the first. */
  frequency: number;
  /** Weeks from the first to the last day with a purchase. */
  recencyWeeks: number;
  /** Weeks from the first day with a purchase to the day of the score. */
  ageWeeks: number;
  /** Mean dollars per day with a repeat purchase, unrounded; 0 without one. */
  monetary: number;
  /** Dollars, exact to the cent. */
  totalSpend: number;
  /** Null where the model tells nothing: without a repeat purchase. */
  pAlive: number | null;
  segment: Segment;
  firstPurchaseAt: Date | null;
  lastPurchaseAt: Date | null;
  /** Records, not days. */
  purchases: number;
}

/** The latest score of a customer: the effect of the per-user work. */
export interface UserSummaryDoc extends CustomerScore {
  _id: Types.ObjectId;
  userId: Types.ObjectId;
  /** The UTC day counted up to, inclusive. Text `YYYY-MM-DD`, which sorts as time does. */
  asOf: string;
  /** The run that wrote it: with `asOf` the fence that keeps an older one from overwriting it. */
  runSeq: number;
}

const userSummarySchema = new Schema<UserSummaryDoc>(
  {
    userId: { type: Schema.Types.ObjectId, required: true },
    asOf: { type: String, required: true },
    runSeq: { type: Number, required: true },
    frequency: { type: Number, required: true },
    recencyWeeks: { type: Number, required: true },
    ageWeeks: { type: Number, required: true },
    monetary: { type: Number, required: true },
    totalSpend: { type: Number, required: true },
    pAlive: { type: Number, default: null },
    segment: { type: String, enum: SEGMENTS, required: true },
    firstPurchaseAt: { type: Date, default: null },
    lastPurchaseAt: { type: Date, default: null },
    purchases: { type: Number, required: true },
  },
  { collection: 'usersummaries', versionKey: false, autoIndex: false },
);

userSummarySchema.index({ userId: 1 }, { unique: true });
// Customers per segment.
userSummarySchema.index({ segment: 1 });

export const UserSummaryModel = model<UserSummaryDoc>('UserSummary', userSummarySchema);
