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

/** Settings by which no slot of the users' data falls into a test, which may run across a full hour. */
export const NO_USER_DATA_SLOT = { USER_DATA_SCHEDULE: '0 0 29 2 *' } as const;
