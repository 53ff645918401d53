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
  claimedAt: Date | null;
  claimedBy: string | null;
  /** What it began; both null as long as it has not, and when there was nothing to do. */
  runId: string | null;
  jobId: string | null;
  /** The record stands for all slots up to this one; null when it stands for its own alone. */
  through: Date | null;
  /** Who held the schedule, and why. */
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
    claimedAt: { type: Date, default: null },
    claimedBy: { type: String, default: null },
    runId: { type: String, default: null },
    jobId: { type: String, default: null },
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
slotSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const SlotModel = model<SlotDoc>('Slot', slotSchema);
