import { model, Schema } from 'mongoose';
import { type ScheduleStop, stopSchema } from './ScheduleModel.ts';

/** What holds for all schedules of the installation: the one document of its collection. */
interface SchedulingDoc {
  _id: 'all';
  /** All schedules are stopped; null while they run. */
  stopped: ScheduleStop | null;
}

const schedulingSchema = new Schema<SchedulingDoc>(
  {
    _id: { type: String, required: true },
    stopped: { type: stopSchema, default: null },
  },
  { collection: 'scheduling', versionKey: false, autoIndex: false },
);

export const SchedulingModel = model<SchedulingDoc>('Scheduling', schedulingSchema);
