import { SHARED_HOSTING } from '../../../ServiceSync/services.ts';
import { beginsRun } from '../../scheduling/beginsRun.ts';
import type { CronJobDefinition } from '../../scheduling/cronJob.ts';
import { defineSchedule } from '../../scheduling/defineSchedule.ts';
import { SERVICE_SYNC } from './serviceSync.job.ts';
import { serviceSyncSource } from './serviceSync.source.ts';

/** Each day the services of shared hosting. */
export const serviceSyncCron: CronJobDefinition = {
  name: 'service_sync',
  flag: 'serviceSync',
  schedule: (parts) =>
    defineSchedule({
      name: 'service-sync-daily',
      ...{ expression: parts.env.SERVICE_SYNC_SCHEDULE, timezone: 'UTC' },
      // A service that is slow to answer is not asked twice at once.
      ...{ overlap: 'skip', catchUp: 'latest' },
      begins: beginsRun({
        ...parts,
        kind: SERVICE_SYNC,
        source: serviceSyncSource,
        batchSize: parts.env.USER_BATCH_SIZE,
        input: ({ slot }) => ({
          slot: slot.toISOString(),
          from: new Date().toISOString(),
          category: SHARED_HOSTING,
          spreadMs: parts.env.SERVICE_SYNC_SPREAD_MS,
        }),
      }),
    }),
};
