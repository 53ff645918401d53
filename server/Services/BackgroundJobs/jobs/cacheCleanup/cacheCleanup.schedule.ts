import { beginsJob } from '../../scheduling/beginsJob.ts';
import type { CronJobDefinition } from '../../scheduling/cronJob.ts';
import { defineSchedule } from '../../scheduling/defineSchedule.ts';
import { cacheCleanupJob } from './cacheCleanup.job.ts';

/** Each hour at twenty past, when the hourly run is through. */
export const cacheCleanupCron: CronJobDefinition = {
  name: 'cache_cleanup',
  flag: 'cacheCleanup',
  schedule: (parts) =>
    defineSchedule({
      name: 'cache-cleanup',
      ...{ expression: '20 * * * *', timezone: 'UTC' },
      ...{ overlap: 'skip', catchUp: 'skip' },
      begins: beginsJob({ ...parts, job: cacheCleanupJob, payload: () => ({}) }),
    }),
};
