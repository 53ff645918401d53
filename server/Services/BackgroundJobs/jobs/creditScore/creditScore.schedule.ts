import { utcDay } from '../../../Commerce/days.ts';
import { beginsRun } from '../../scheduling/beginsRun.ts';
import { defineSchedule } from '../../scheduling/defineSchedule.ts';
import type { ScheduleOfKind } from '../../scheduling/scheduleParts.ts';
import { creditScoreJob } from './creditScore.job.ts';

/** The scores of all customers, each month. */
export const creditScoreSchedule: ScheduleOfKind = (parts) => {
  if (!parts.env.COMMERCE_SCHEDULES) return null;
  return defineSchedule({
    name: 'credit-scores-monthly',
    ...{ expression: '0 5 1 * *', timezone: parts.env.TIMEZONE, overlap: 'queue' },
    catchUp: 'latest',
    begins: beginsRun({
      ...parts,
      kind: creditScoreJob.kind,
      batchSize: parts.env.USER_BATCH_SIZE,
      input: ({ slot }) => ({ asOf: utcDay(slot) }),
    }),
  });
};
