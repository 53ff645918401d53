import { duration, positiveInt } from '../settingTypes.ts';

/** How records are kept, and held against Redis. */
export const recordSettings = {
  RECONCILE_INTERVAL_MS: duration.default(60_000),
  RECONCILE_GRACE_MS: duration.default(30_000),
  REDIS_KEEP_FINISHED_MS: duration.default(3_600_000),
  JOB_STATUS_RETENTION_DAYS: positiveInt
    .min(2, 'must be at least 2: the numbers of a day are counted from its records')
    .default(7),
  DUPLICATE_RETENTION_DAYS: positiveInt.default(1),
};
