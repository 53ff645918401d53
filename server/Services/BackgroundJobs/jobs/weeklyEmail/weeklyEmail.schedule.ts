import { beginsRun } from '../../scheduling/beginsRun.ts';
import type { CronJobDefinition } from '../../scheduling/cronJob.ts';
import { defineSchedule } from '../../scheduling/defineSchedule.ts';
import { spanOf } from '../userMailJob.ts';
import { WEEKLY_EMAIL } from './weeklyEmail.job.ts';
import { weeklyEmailSource } from './weeklyEmail.source.ts';

/** Each quarter of an hour, which is when the local time of some zone may have come. */
export const weeklyEmailCron: CronJobDefinition = {
  name: 'weekly_email',
  flag: 'weeklyEmail',
  schedule: (parts) =>
    defineSchedule({
      name: 'weekly-email',
      ...{ expression: '*/15 * * * *', timezone: 'UTC' },
      // Each slot covers a time of its own, and a mark keeps a mail from being sent twice.
      ...{ overlap: 'allow', catchUp: 'latest' },
      begins: beginsRun({
        ...parts,
        kind: WEEKLY_EMAIL,
        source: weeklyEmailSource,
        batchSize: parts.env.USER_BATCH_SIZE,
        input: spanOf,
      }),
    }),
};
