import { utcDay } from '../Commerce/days.ts';
import type { JobLog } from './consuming/jobLog.ts';
import { creditScoreJob } from './jobs/creditScore/creditScore.job.ts';
import { paymentReminderJob } from './jobs/paymentReminders/paymentReminder.job.ts';
import type { Producer } from './producer.ts';
import { beginsRun } from './scheduling/beginsRun.ts';
import { defineSchedule, type ScheduleDefinition } from './scheduling/defineSchedule.ts';

/** A reminder some days late is of use still; the day of each slot is its own. */
const REMINDERS_CAUGHT_UP_MS = 3 * 86_400_000;

/** What the wholesale business does by itself: reminders each day, scores each month. */
export function commerceSchedules(options: {
  producer: Pick<Producer, 'drive' | 'requireRoom'>;
  timezone: string;
  batchSize: number;
  log: JobLog;
}): ScheduleDefinition[] {
  const { timezone } = options;
  const input = ({ slot }: { slot: Date }) => ({ asOf: utcDay(slot) });
  return [
    defineSchedule({
      ...{ name: 'payment-reminders-daily', expression: '30 7 * * *', timezone, overlap: 'queue' },
      catchUp: { allWithinMs: REMINDERS_CAUGHT_UP_MS },
      begins: beginsRun({ ...options, kind: paymentReminderJob.kind, input }),
    }),
    defineSchedule({
      ...{ name: 'credit-scores-monthly', expression: '0 5 1 * *', timezone, overlap: 'queue' },
      catchUp: 'latest',
      begins: beginsRun({ ...options, kind: creditScoreJob.kind, input }),
    }),
  ];
}
