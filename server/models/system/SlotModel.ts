import { model, Schema } from 'mongoose';

/**
 * What became of a slot. `claimed`: a process is about to begin it; `waiting`: it is begun when
 * what an earlier slot began has ended; `overlapped`: something was still open, so nothing began;
 * `held`: it fell due while its schedule was held. The others are what they say.
 */
export const SLOT_STATES = [
  'claimed',
  'began',
  'caught-up',
  'waiting',
  'skipped',
  'overlapped',
  'held',
] as const;
export type SlotState = (typeof SLOT_STATES)[number];

/** How what a slot began has ended. */
export const SLOT_OUTCOMES = ['completed', 'failed', 'cancelled'] as const;
export type SlotOutcome = (typeof SLOT_OUTCOMES)[number];

/** The record of one slot of one schedule. Inserting it decides who begins the slot. */
export interface SlotDoc {
  /** `<schedule>@<slot in ISO form>`. */
  _id: string;
  schedule: string;
  slot: Date;
  state: SlotState;
  /** Whether its tick begins it, or the search for missed slots. */
  trigger: 'schedule' | 'catch-up';
  /** Caught up one after another: it waits for its turn, whatever the schedule says of overlaps. */
  inTurn: boolean;
  /** A backfill that asked for it: it begins while others are open, whatever the schedule says. */
  beside: boolean;
  claimedAt: Date | null;
  claimedBy: string | null;
  /** What it began; both null as long as it has not, and when there was nothing to do. */
  runId: string | null;
  jobId: string | null;
  /** What became of its run or job; null until that has ended. */
  outcome: SlotOutcome | null;
  /** How much its work did, as the work itself says; null until it has ended. */
  effects: number | null;
  /** It completed without effect where the slots before it had some: people were told. */
  didNothing: boolean;
  /** The record stands for all slots up to this one; null when it stands for its own alone. */
  through: Date | null;
  /** Who held or stopped the schedule, or asked for a backfill, and why. */
  note: string | null;
  recordedAt: Date;
  expiresAt: Date;
}

const slotSchema = new Schema<SlotDoc>(
  {
    _id: { type: String, required: true },
    schedule: { type: String, required: true },
    slot: { type: Date, required: true },
    state: { type: String, enum: SLOT_STATES, required: true },
    trigger: { type: String, enum: ['schedule', 'catch-up'], required: true },
    inTurn: { type: Boolean, required: true },
    beside: { type: Boolean, default: false },
    claimedAt: { type: Date, default: null },
    claimedBy: { type: String, default: null },
    runId: { type: String, default: null },
    jobId: { type: String, default: null },
    outcome: { type: String, enum: [...SLOT_OUTCOMES, null], default: null },
    effects: { type: Number, default: null },
    didNothing: { type: Boolean, default: false },
    through: { type: Date, default: null },
    note: { type: String, default: null },
    recordedAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  },
  { collection: 'slots', versionKey: false, autoIndex: false },
);

// A schedule's slots, newest first; the last one begun before a slot.
slotSchema.index({ schedule: 1, slot: -1 });
// The slots that are claimed, and those that wait for their turn, oldest first.
slotSchema.index({ schedule: 1, state: 1, slot: 1 });
// The slots whose outcome is not known yet.
slotSchema.index({ outcome: 1, state: 1, slot: 1 });
slotSchema.index({ didNothing: 1, slot: -1 }, { partialFilterExpression: { didNothing: true } });
slotSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const SlotModel = model<SlotDoc>('Slot', slotSchema);
