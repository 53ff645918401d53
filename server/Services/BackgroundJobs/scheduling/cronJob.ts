import type { BackgroundJobsConfig } from '../../../config/config.ts';
import type { ScheduleDefinition } from './defineSchedule.ts';
import type { ScheduleParts } from './scheduleParts.ts';

/** One scheduled job of the product, before the process has its parts. */
export interface CronJobDefinition {
  /** What people call it, such as `publish_due_posts`. */
  readonly name: string;
  /** The switch in `backgroundJobsConfig.jobs` that must be on. */
  readonly flag: Exclude<keyof BackgroundJobsConfig['jobs'], 'dailyUpdates'>;
  readonly schedule: (parts: ScheduleParts) => ScheduleDefinition;
}

/** One scheduled job in this process. */
export interface CronJob {
  readonly name: string;
  readonly schedule: ScheduleDefinition;
  /** False when a setting switches it off: then nobody can start it from outside. */
  readonly enabled: boolean;
}

/** Gives the definitions their parts. */
export function cronJobsOf(
  definitions: readonly CronJobDefinition[],
  config: BackgroundJobsConfig,
  parts: ScheduleParts,
): CronJob[] {
  return definitions.map(({ name, flag, schedule }) => ({
    name,
    schedule: schedule(parts),
    enabled: config.enabled && config.jobs[flag],
  }));
}
