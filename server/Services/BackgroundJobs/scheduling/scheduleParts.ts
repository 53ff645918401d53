import type { Env } from '../../../config/env.ts';
import type { JobLog } from '../consuming/jobLog.ts';
import type { Enqueuer } from '../enqueuing/enqueuer.ts';
import type { Lanes } from '../enqueuing/lanes.ts';
import type { Producer } from '../producer.ts';
import type { ScheduleDefinition } from './defineSchedule.ts';

/** What a schedule is made of in the process that runs it. */
export interface ScheduleParts {
  readonly env: Env;
  readonly producer: Pick<Producer, 'drive' | 'requireRoom'>;
  readonly enqueuer: Pick<Enqueuer, 'enqueue'>;
  readonly lanes: Pick<Lanes, 'of'>;
  readonly log: JobLog;
}

/** A schedule of a kind, before the process has its parts; null where a setting switches it off. */
export type ScheduleOfKind = (parts: ScheduleParts) => ScheduleDefinition | null;
