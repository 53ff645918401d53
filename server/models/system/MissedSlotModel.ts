import { model, Schema } from 'mongoose';

/** A slot whose instant passed without a run: what was noticed and what was done. */
export interface MissedSlotDoc {
  /** `<schedule>@<slot in ISO form>`: a slot is recorded once. */
  _id: string;
  schedule: string;
  slot: Date;
  noticedAt: Date;
  outcome: 'skipped' | 'caught-up';
  runId: string | null;
  expiresAt: Date;
}

const missedSlotSchema = new Schema<MissedSlotDoc>(
  {
    _id: { type: String, required: true },
    schedule: { type: String, required: true },
    slot: { type: Date, required: true },
    noticedAt: { type: Date, required: true },
    outcome: { type: String, enum: ['skipped', 'caught-up'], required: true },
    runId: { type: String, default: null },
    expiresAt: { type: Date, required: true },
  },
  { collection: 'missedslots', versionKey: false, autoIndex: false },
);

missedSlotSchema.index({ schedule: 1, slot: -1 });
missedSlotSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const MissedSlotModel = model<MissedSlotDoc>('MissedSlot', missedSlotSchema);
