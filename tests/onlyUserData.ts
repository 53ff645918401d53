/** Settings by which no schedule but that of the users' data begins anything. */
export const ONLY_USER_DATA = {
  ...{ PUBLISH_DUE_POSTS: 'false', CHECK_EXPIRED_TOKENS: 'false', WEEKLY_EMAIL: 'false' },
  ...{
    TRIAL_REMINDER: 'false',
    CACHE_CLEANUP: 'false',
    HEALTH_CHECK: 'false',
    SERVICE_SYNC: 'false',
  },
} as const;
