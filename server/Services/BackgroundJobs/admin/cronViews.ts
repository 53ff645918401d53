import type { ScheduleChange, ScheduleStop } from '../../../models/system/ScheduleModel.ts';
import type { SlotDoc } from '../../../models/system/SlotModel.ts';
import type { CatchUp, Overlap } from '../scheduling/defineSchedule.ts';
import type { QueueStats } from './administration.ts';

export interface CronJobView {
  name: string;
  running: boolean;
  /** False when a setting switches it off. */
  enabled: boolean;
  schedule: string;
  timezone: string;
  overlap: Overlap;
  catchUp: CatchUp;
  next: Date | null;
  stopped: ScheduleStop | null;
}

export interface CronStatus {
  /** Whether schedules run: background jobs are switched on, and not all are stopped. */
  initialized: boolean;
  useQueues: boolean;
  redisAvailable: boolean;
  queueManagerReady: boolean;
  /**
   * By queue; empty while Redis is away. Here `completed` counts what Redis still keeps, `failed` the records.
   */
  queueMetrics: Record<string, QueueStats>;
  cronJobs: CronJobView[];
}

export interface FireTime {
  utc: Date;
  /** The same instant in the schedule's zone, with its offset. */
  local: string;
}

export interface Preview {
  jobName: string;
  schedule: string;
  timezone: string;
  times: FireTime[];
  /** What the changes of the clocks within the coming year do to it, a sentence each. */
  clockChanges: string[];
}

type SlotView = Pick<
  SlotDoc,
  | ('slot' | 'state' | 'trigger' | 'runId' | 'jobId' | 'through' | 'note' | 'recordedAt')
  | ('outcome' | 'effects' | 'didNothing')
>;

export interface CronHistory {
  jobName: string;
  slots: SlotView[];
  changes: ScheduleChange[];
}
