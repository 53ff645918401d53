import { z } from 'zod';
import { duration, names, positiveInt } from '../settingTypes.ts';

/** How jobs are put in and done. */
export const workerSettings = {
  // Producer
  USER_BATCH_SIZE: positiveInt.max(1000).default(50),
  PRODUCER_LEASE_MS: duration.default(30_000),

  // Workers
  WORKER_CONCURRENCY: z
    .union([z.literal('auto'), positiveInt.max(1000)], 'must be auto, or a number from 1 to 1000')
    .default(3),
  /** PM2 sets it: the number of this instance of the worker. */
  NODE_APP_INSTANCE: z.string().optional(),
  WORKER_INSTANCES: positiveInt.max(256).default(2),
  WORKER_QUEUES: names.optional(),
  WORKER_HEALTH_PORT: z.coerce.number().int().min(1).max(65_000).optional(),
  WORKER_STUCK_MS: duration.default(60_000),
  WORKER_LOCK_MS: duration.default(10_000),
  WORKER_STALLED_CHECK_MS: duration.default(5_000),
  WORKER_MAX_CRASHES: positiveInt.default(5),
  WORKER_HEARTBEAT_MS: duration
    .max(6_000, 'must be at most 6000: after 20 s without one a worker counts as silent')
    .default(5_000),
  JOB_RETRY_DELAY_MS: duration.default(2_000),
  USER_JOB_DEADLINE_MS: duration.default(60_000),
  SHUTDOWN_GRACE_MS: duration.default(8_000),

  // Health
  CANARY_INTERVAL_MS: duration.default(30_000),
};
