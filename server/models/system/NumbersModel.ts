import { model, Schema } from 'mongoose';

/** What is counted of the jobs of one kind in one queue. */
export interface Counted {
  /** Recorded, to be done. */
  accepted: number;
  completed: number;
  failed: number;
  duplicates: number;
  cancelled: number;
  /** Failed ones that were put into the queue again. */
  retried: number;
  /** How long the last attempts of those that completed took, in all. */
  workedMs: number;
  /** How long those that ended with their first start had waited for it since they were due, in all. */
  waitedMs: number;
  /** How many jobs `waitedMs` is the sum of. */
  waited: number;
}

export const GRAINS = ['minute', 'hour', 'day'] as const;
export type Grain = (typeof GRAINS)[number];

/** The numbers of one kind in one queue: a process' minute, or an hour or a day of all processes. */
export interface NumbersDoc extends Counted {
  /** `<queue>|<kind>|<at>`, and of a minute `|<process>`. */
  _id: string;
  grain: Grain;
  queue: string;
  kind: string;
  /** When the minute, hour or day begins, in UTC. */
  at: Date;
  /** The hour of a minute. */
  hour?: Date;
  /** MongoDB deletes it at that instant, if it is there still; days stay. */
  expiresAt?: Date;
}

const numbersSchema = new Schema<NumbersDoc>(
  {
    _id: { type: String, required: true },
    grain: { type: String, enum: GRAINS, required: true },
    queue: { type: String, required: true },
    kind: { type: String, required: true },
    at: { type: Date, required: true },
    hour: Date,
    accepted: { type: Number, required: true },
    completed: { type: Number, required: true },
    failed: { type: Number, required: true },
    duplicates: { type: Number, required: true },
    cancelled: { type: Number, required: true },
    retried: { type: Number, required: true },
    workedMs: { type: Number, required: true },
    waitedMs: { type: Number, required: true },
    waited: { type: Number, required: true },
    expiresAt: Date,
  },
  { collection: 'numbers', versionKey: false, autoIndex: false },
);

// The minutes, hours or days of a time, of all queues or one.
numbersSchema.index({ grain: 1, at: 1, queue: 1 });
numbersSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const NumbersModel = model<NumbersDoc>('Numbers', numbersSchema);

/** How far the numbers have been folded. One document. */
export interface NumbersMarkDoc {
  _id: 'numbers';
  /** Before this instant hours stand for their minutes. */
  hoursUpTo: Date;
  /** Before this instant days stand for their hours. */
  daysUpTo: Date;
  /** Sealed days (`YYYY-MM-DD`) of which records have changed since: to be counted again. */
  changedDays: string[];
}

const numbersMarkSchema = new Schema<NumbersMarkDoc>(
  {
    _id: { type: String, required: true },
    hoursUpTo: { type: Date, default: new Date(0) },
    daysUpTo: { type: Date, default: new Date(0) },
    changedDays: { type: [String], default: [] },
  },
  { collection: 'numbersmarks', versionKey: false, autoIndex: false },
);

export const NumbersMarkModel = model<NumbersMarkDoc>('NumbersMark', numbersMarkSchema);
