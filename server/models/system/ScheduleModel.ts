import { model, Schema } from 'mongoose';

/** What the installation remembers of one schedule. */
export interface ScheduleDoc {
  _id: string;
  /** Slots before this instant were never owed: they are not caught up. */
  installedAt: Date;
  /** Every slot up to this instant is accounted for: it ran, or it was recorded as missed. */
  accountedUntil: Date;
  /** No slot starts a run before this instant; null when nothing is held. */
  heldUntil: Date | null;
}

const scheduleSchema = new Schema<ScheduleDoc>(
  {
    _id: { type: String, required: true },
    installedAt: { type: Date, required: true },
    accountedUntil: { type: Date, required: true },
    heldUntil: { type: Date, default: null },
  },
  { collection: 'schedules', versionKey: false, autoIndex: false },
);

export const ScheduleModel = model<ScheduleDoc>('Schedule', scheduleSchema);
