/**
 * The name and the id of the job that proves that jobs flow through a queue. It stands outside all
 * counts, has no record, and is gone from Redis when it ends.
 */
export const CANARY = 'canary';

/** Its fixed id makes it the only one of its queue. */
export const CANARY_OPTIONS = {
  jobId: CANARY,
  attempts: 1,
  removeOnComplete: true,
  removeOnFail: true,
} as const;
