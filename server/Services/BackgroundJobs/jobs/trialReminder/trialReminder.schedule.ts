import { beginsRun } from '../../scheduling/beginsRun.ts';
import type { CronJobDefinition } from '../../scheduling/cronJob.ts';
import { defineSchedule } from '../../scheduling/defineSchedule.ts';
import { spanOf } from '../userMailJob.ts';
import { TRIAL_REMINDER } from './trialReminder.job.ts';
import { trialReminderSource } from './trialReminder.source.ts';

/** Each quarter of an hour, which is when the local time of some zone may have come. */
export const trialReminderCron: CronJobDefinition = {
  name: 'trial_reminder',
  flag: 'trialReminder',
  schedule: (parts) =>
    defineSchedule({
      name: 'trial-reminder',
      ...{ expression: '*/15 * * * *', timezone: 'UTC' },
      // Each slot covers a time of its own, and a mark keeps a mail from being sent twice.
      ...{ overlap: 'allow', catchUp: 'latest' },
      begins: beginsRun({
        ...parts,
        kind: TRIAL_REMINDER,
        source: trialReminderSource,
        batchSize: parts.env.USER_BATCH_SIZE,
        input: spanOf,
      }),
    }),
};
