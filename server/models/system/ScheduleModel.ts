import { model, Schema } from 'mongoose';

/** Who held a schedule, and why. */
export interface HoldNote {
  by: string;
  why: string;
}

/** What the installation remembers of one schedule. */
export interface ScheduleDoc {
  _id: string;
  /** The timetable it last ran by; null before a scheduler has seen it. */
  expression: string | null;
  timezone: string | null;
  /** Slots before this instant were never owed: they are not caught up. */
  installedAt: Date;
  /** Every slot up to this instant is accounted for: its record says what became of it. */
  accountedUntil: Date;
  /** No slot begins anything before this instant; null when nothing is held. */
  heldUntil: Date | null;
  hold: HoldNote | null;
  /** The slot whose run or job is the schedule's current one; overlaps are judged by it. */
  currentSlot: Date | null;
}

const scheduleSchema = new Schema<ScheduleDoc>(
  {
    _id: { type: String, required: true },
    expression: { type: String, default: null },
    timezone: { type: String, default: null },
    installedAt: { type: Date, required: true },
    accountedUntil: { type: Date, required: true },
    heldUntil: { type: Date, default: null },
    hold: { type: new Schema({ by: String, why: String }, { _id: false }), default: null },
    currentSlot: { type: Date, default: null },
  },
  { collection: 'schedules', versionKey: false, autoIndex: false },
);

export const ScheduleModel = model<ScheduleDoc>('Schedule', scheduleSchema);
