import { processUserDataCron } from './cronProducer.ts';
import { cacheCleanupCron } from './jobs/cacheCleanup/cacheCleanup.schedule.ts';
import { healthCheckCron } from './jobs/healthCheck/healthCheck.schedule.ts';
import { publishDuePostsCron } from './jobs/publishPosts/publishPosts.schedule.ts';
import { serviceSyncCron } from './jobs/serviceSync/serviceSync.schedule.ts';
import { checkExpiredTokensCron } from './jobs/tokenCheck/tokenCheck.schedule.ts';
import { trialReminderCron } from './jobs/trialReminder/trialReminder.schedule.ts';
import { weeklyEmailCron } from './jobs/weeklyEmail/weeklyEmail.schedule.ts';
import type { CronJobDefinition } from './scheduling/cronJob.ts';

/** The scheduled jobs of this product: a new one is one line here. */
export const CRON_JOBS: readonly CronJobDefinition[] = [
  processUserDataCron,
  publishDuePostsCron,
  checkExpiredTokensCron,
  weeklyEmailCron,
  trialReminderCron,
  cacheCleanupCron,
  healthCheckCron,
  serviceSyncCron,
];
