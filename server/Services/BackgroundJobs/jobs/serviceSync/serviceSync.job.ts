import { z } from 'zod';
import { SERVICE_STATUSES } from '../../../../models/ServiceModel.ts';
import { defineJob } from '../../queues/jobDefinition.ts';

export const SERVICE_SYNC = 'service-sync';
/** Three retries, after 2, 4 and 8 seconds. */
export const SYNC_ATTEMPTS = 4;
const AT_ONCE = 5;
const HOUR_MS = 3_600_000;

const serviceSyncPayload = z.object({
  serviceId: z.string().min(1).max(64),
  /** The slot of the schedule, or the instant of a request: a service has one log for each. */
  slot: z.iso.datetime(),
});

const serviceSyncResult = z.object({
  serviceId: z.string(),
  name: z.string(),
  status: z.enum(SERVICE_STATUSES),
  latencyMs: z.number().nullable(),
  changes: z.number().int(),
  effects: z.number().int(),
});
export type ServiceSynced = z.infer<typeof serviceSyncResult>;

/** Asks one service how it is, and writes down what it answers. */
export const serviceSyncJob = defineJob({
  kind: SERVICE_SYNC,
  queue: { name: SERVICE_SYNC, concurrency: () => AT_ONCE, maxConcurrency: AT_ONCE },
  version: 1,
  payload: serviceSyncPayload,
  result: serviceSyncResult,
  options: (env) => ({
    attempts: SYNC_ATTEMPTS,
    retryDelayMs: env.JOB_RETRY_DELAY_MS,
    deadlineMs: 30_000,
    giveUpAfterMs: 2 * HOUR_MS,
  }),
});
