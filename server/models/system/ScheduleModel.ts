import { model, Schema } from 'mongoose';

/** Who held a schedule, and why. */
export interface HoldNote {
  by: string;
  why: string;
  /** When; absent of a hold that an installation begins with. */
  at?: Date;
}

/** Who stopped a schedule, or all of them, and why. */
export interface ScheduleStop {
  at: Date;
  by: string;
  why: string;
  /** It ends by itself at this instant; null when somebody has to start it. */
  until: Date | null;
}

/** What an operator has set instead of what the schedule's definition says. */
export interface ScheduleOverride {
  expression?: string;
  timezone?: string;
  overlap?: 'skip' | 'queue' | 'allow';
  catchUp?: 'skip' | 'latest' | { allWithinMs: number };
}

/** One change that somebody made, for those who ask later. */
export interface ScheduleChange {
  at: Date;
  by: string;
  action: 'stop' | 'start' | 'stop_all' | 'start_all' | 'update' | 'backfill';
  note: string;
}

/** What the installation remembers of one schedule. */
export interface ScheduleDoc {
  _id: string;
  /** The timetable it runs by; null while no scheduler runs it. */
  expression: string | null;
  timezone: string | null;
  /** Slots before this instant were never owed: they are not caught up. */
  installedAt: Date;
  /** Every slot up to this instant is accounted for: its record says what became of it. */
  accountedUntil: Date;
  /** No slot begins anything before this instant; null when nothing is held. */
  heldUntil: Date | null;
  hold: HoldNote | null;
  /** Its slots begin nothing and are not owed; null while it is not stopped by itself. */
  stopped: ScheduleStop | null;
  override: ScheduleOverride;
  /** The newest last, at most a hundred. */
  changes: ScheduleChange[];
  /** The slot whose run or job is the schedule's current one; overlaps are judged by it. */
  currentSlot: Date | null;
}

export const stopSchema = new Schema<ScheduleStop>(
  { at: Date, by: String, why: String, until: { type: Date, default: null } },
  { _id: false },
);

const scheduleSchema = new Schema<ScheduleDoc>(
  {
    _id: { type: String, required: true },
    expression: { type: String, default: null },
    timezone: { type: String, default: null },
    installedAt: { type: Date, required: true },
    accountedUntil: { type: Date, required: true },
    heldUntil: { type: Date, default: null },
    hold: {
      type: new Schema<HoldNote>({ by: String, why: String, at: Date }, { _id: false }),
      default: null,
    },
    stopped: { type: stopSchema, default: null },
    override: { type: Schema.Types.Mixed, default: {} },
    changes: {
      type: [
        new Schema<ScheduleChange>(
          { at: Date, by: String, action: String, note: String },
          { _id: false },
        ),
      ],
      default: [],
    },
    currentSlot: { type: Date, default: null },
  },
  { collection: 'schedules', versionKey: false, autoIndex: false, minimize: false },
);

export const ScheduleModel = model<ScheduleDoc>('Schedule', scheduleSchema);
