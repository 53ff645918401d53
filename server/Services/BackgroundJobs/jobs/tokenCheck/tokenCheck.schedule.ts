import { beginsJob } from '../../scheduling/beginsJob.ts';
import type { CronJobDefinition } from '../../scheduling/cronJob.ts';
import { defineSchedule } from '../../scheduling/defineSchedule.ts';
import { tokenCheckJob } from './tokenCheck.job.ts';

/** Each quarter of an hour. */
export const checkExpiredTokensCron: CronJobDefinition = {
  name: 'check_expired_tokens',
  flag: 'checkExpiredTokens',
  schedule: (parts) =>
    defineSchedule({
      name: 'check-expired-tokens',
      ...{ expression: '*/15 * * * *', timezone: 'UTC' },
      ...{ overlap: 'skip', catchUp: 'latest' },
      begins: beginsJob({ ...parts, job: tokenCheckJob, payload: () => ({}) }),
    }),
};
