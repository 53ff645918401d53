import { z } from 'zod';
import { dataKeyProblem } from '../dataKey.ts';
import { allowanceProblem } from '../egressAllowance.ts';
import { checked, cronExpression, duration, positiveInt, seconds } from '../settingTypes.ts';

/** Calls to the world: what they may reach, HTTP tasks, the service sync. */
export const callSettings = {
  // Calls to the world
  EGRESS_ALLOW: checked(allowanceProblem).optional(),
  DATA_KEY: checked(dataKeyProblem).optional(),
  DATA_KEY_PREVIOUS: checked(dataKeyProblem).optional(),

  // HTTP tasks
  WORKER_HTTP_TIMEOUT: seconds(15 * 60).prefault('90s'),
  WORKER_MAX_CONCURRENT_JOBS: positiveInt.max(1000).default(50),
  WORKER_RETRY_COUNT: z.coerce.number().int().min(0).max(50).default(3),
  WORKER_POOL_SIZE: positiveInt.max(256).default(1),
  HTTP_DESTINATION_CONCURRENCY: positiveInt.max(1000).default(20),
  HTTP_DESTINATION_RATE: positiveInt.max(10_000).default(50),
  HTTP_EXECUTION_RETENTION_DAYS: positiveInt.default(30),
  HTTP_TASKS_MODE: z.enum(['queue', 'in-memory', 'off']).default('queue'),
  HTTP_TASKS_QUEUE_PERCENT: z.coerce.number().int().min(0).max(100).default(100),

  // The service sync
  SERVICE_SYNC_SCHEDULE: cronExpression.default('30 6 * * *'),
  SERVICE_SYNC_SPREAD_MS: z.coerce.number().int().min(0).max(3_600_000).default(30_000),
  SERVICE_SYNC_HOST_SPACING_MS: z.coerce.number().int().min(0).max(60_000).default(1_000),
  SERVICE_NOTICES_EVERY_MS: duration.min(1_000).max(3_600_000).default(120_000),
};
