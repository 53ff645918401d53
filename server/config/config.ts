import type { Env } from './env.ts';

/** What of the background jobs is switched on; each switch is an environment variable. */
export interface BackgroundJobsConfig {
  /** False stops all schedules. Requests by hand still work. BACKGROUND_JOBS_ENABLED */
  enabled: boolean;
  jobs: {
    /** True runs the old hourly in-process batch instead of the producer. DAILY_UPDATES */
    dailyUpdates: boolean;
    /** False switches the hourly work off altogether. PROCESS_USER_DATA */
    processUserData: boolean;
    /** PUBLISH_DUE_POSTS */
    publishDuePosts: boolean;
    /** CHECK_EXPIRED_TOKENS */
    checkExpiredTokens: boolean;
    /** WEEKLY_EMAIL */
    weeklyEmail: boolean;
    /** TRIAL_REMINDER */
    trialReminder: boolean;
    /** CACHE_CLEANUP */
    cacheCleanup: boolean;
    /** HEALTH_CHECK */
    healthCheck: boolean;
    /** SERVICE_SYNC */
    serviceSync: boolean;
  };
  /** False stops this process from consuming, never from producing. ENABLE_BACKGROUND_JOBS */
  consume: boolean;
}

/** The one of the two ways that does the hourly work; never both. */
export type BackgroundMode = 'queue' | 'legacy' | 'off';

/** The switches as the environment sets them. */
export function backgroundJobsConfig(env: Env): BackgroundJobsConfig {
  return {
    enabled: env.BACKGROUND_JOBS_ENABLED,
    jobs: {
      dailyUpdates: env.DAILY_UPDATES,
      processUserData: env.PROCESS_USER_DATA,
      publishDuePosts: env.PUBLISH_DUE_POSTS,
      checkExpiredTokens: env.CHECK_EXPIRED_TOKENS,
      weeklyEmail: env.WEEKLY_EMAIL,
      trialReminder: env.TRIAL_REMINDER,
      cacheCleanup: env.CACHE_CLEANUP,
      healthCheck: env.HEALTH_CHECK,
      serviceSync: env.SERVICE_SYNC,
    },
    consume: env.ENABLE_BACKGROUND_JOBS,
  };
}

/** The one way in which the hourly work is done under these switches. */
export function backgroundMode(config: BackgroundJobsConfig): BackgroundMode {
  if (!config.enabled || !config.jobs.processUserData) return 'off';
  return config.jobs.dailyUpdates ? 'legacy' : 'queue';
}
