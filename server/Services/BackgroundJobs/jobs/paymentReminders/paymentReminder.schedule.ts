import { utcDay } from '../../../Commerce/days.ts';
import { beginsRun } from '../../scheduling/beginsRun.ts';
import { defineSchedule } from '../../scheduling/defineSchedule.ts';
import type { ScheduleOfKind } from '../../scheduling/scheduleParts.ts';
import { paymentReminderJob } from './paymentReminder.job.ts';

/** A reminder some days late is of use still; the day of each slot is its own. */
const CAUGHT_UP_MS = 3 * 86_400_000;

/** Reminders of the open invoices of the day, each day. */
export const paymentReminderSchedule: ScheduleOfKind = (parts) => {
  if (!parts.env.COMMERCE_SCHEDULES) return null;
  return defineSchedule({
    name: 'payment-reminders-daily',
    ...{ expression: '30 7 * * *', timezone: parts.env.TIMEZONE, overlap: 'queue' },
    catchUp: { allWithinMs: CAUGHT_UP_MS },
    begins: beginsRun({
      ...parts,
      kind: paymentReminderJob.kind,
      batchSize: parts.env.USER_BATCH_SIZE,
      input: ({ slot }) => ({ asOf: utcDay(slot) }),
    }),
  });
};
