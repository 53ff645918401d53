import type { Timetable } from '../../config/timetable.ts';
import type { JobLog } from './consuming/jobLog.ts';
import { USER_DATA } from './jobs/userData/userData.job.ts';
import { userDataInputOf } from './jobs/userData/userData.source.ts';
import type { Producer } from './producer.ts';
import { beginsRun } from './scheduling/beginsRun.ts';
import type { CronJobDefinition } from './scheduling/cronJob.ts';
import { defineSchedule, type ScheduleDefinition } from './scheduling/defineSchedule.ts';

/** The hourly schedule, whichever of the two modes does its work. */
export const USER_DATA_SCHEDULE = 'user-data-hourly';

interface UserDataScheduleOptions {
  producer: Pick<Producer, 'drive' | 'requireRoom'>;
  timetable: Timetable;
  policy: 'skip' | 'latest';
  batchSize: number;
  log: JobLog;
}

/** At each slot a run is opened and its users are enqueued. The schedule only enqueues. */
export function userDataSchedule(options: UserDataScheduleOptions): ScheduleDefinition {
  const { timetable, policy } = options;
  return defineSchedule({
    name: USER_DATA_SCHEDULE,
    ...timetable,
    // A user whose earlier job is still pending gets no second one: a run may overlap the last.
    overlap: 'allow',
    catchUp: policy,
    begins: beginsRun({
      ...options,
      kind: USER_DATA,
      input: ({ slot }) => userDataInputOf({}, slot),
    }),
  });
}

/** The hourly run as the manager of scheduled jobs knows it. */
export const processUserDataCron: CronJobDefinition = {
  name: 'process_user_data',
  flag: 'processUserData',
  schedule: ({ env, producer, log }) =>
    userDataSchedule({
      producer,
      timetable: { expression: env.USER_DATA_SCHEDULE, timezone: env.TIMEZONE },
      policy: env.MISSED_SLOT_POLICY,
      batchSize: env.USER_BATCH_SIZE,
      log,
    }),
};
