import { z } from 'zod';
import { cronExpression, flag, timezone } from '../settingTypes.ts';

/** What runs, and when. */
export const scheduleSettings = {
  BACKGROUND_JOBS_ENABLED: flag.default(true),
  SCHEDULES_ENABLED: flag.default(true),
  ENABLE_BACKGROUND_JOBS: flag.default(true),
  PROCESS_USER_DATA: flag.default(true),
  PUBLISH_DUE_POSTS: flag.default(true),
  CHECK_EXPIRED_TOKENS: flag.default(true),
  WEEKLY_EMAIL: flag.default(true),
  TRIAL_REMINDER: flag.default(true),
  CACHE_CLEANUP: flag.default(true),
  HEALTH_CHECK: flag.default(true),
  SERVICE_SYNC: flag.default(true),
  DAILY_UPDATES: flag.default(false),
  USER_DATA_SCHEDULE: cronExpression.default('0 * * * *'),
  TIMEZONE: timezone.default('UTC'),
  MISSED_SLOT_POLICY: z.enum(['skip', 'latest']).default('latest'),
};
