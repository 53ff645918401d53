import { beginsJob } from '../../scheduling/beginsJob.ts';
import type { CronJobDefinition } from '../../scheduling/cronJob.ts';
import { defineSchedule } from '../../scheduling/defineSchedule.ts';
import { healthCheckJob } from './healthCheck.job.ts';

/** Each five minutes. What it would have seen in a slot that was missed nobody can see any more. */
export const healthCheckCron: CronJobDefinition = {
  name: 'health_check',
  flag: 'healthCheck',
  schedule: (parts) =>
    defineSchedule({
      name: 'health-check',
      ...{ expression: '*/5 * * * *', timezone: 'UTC' },
      ...{ overlap: 'skip', catchUp: 'skip' },
      begins: beginsJob({ ...parts, job: healthCheckJob, payload: () => ({}) }),
    }),
};
