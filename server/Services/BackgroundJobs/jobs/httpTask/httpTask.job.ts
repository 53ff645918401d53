import { z } from 'zod';
import { deadlineOf } from '../../../HttpTasks/taskDeadline.ts';
import { defineJob } from '../../queues/jobDefinition.ts';

const HTTP_TASK = 'http-task';

const WEEK_MS = 7 * 86_400_000;

/**
 * One call of an HTTP job. Its own retries are later times that it asks for, because each has a time of
 * its own (Retry-After): the attempts here are for what goes wrong around the call.
 */
export const httpTaskJob = defineJob({
  kind: HTTP_TASK,
  queue: { name: HTTP_TASK, concurrency: (env) => env.WORKER_MAX_CONCURRENT_JOBS },
  version: 1,
  payload: z.object({
    httpJobId: z.string().min(1).max(64),
    /** What put it in. */
    trigger: z.enum(['task', 'run', 'schedule']),
    /** The instant that was asked for; null for at once. */
    scheduledAt: z.iso.datetime().nullable(),
  }),
  result: z.object({ status: z.number().int(), bytes: z.number().int() }),
  options: (env) => ({
    attempts: 4,
    retryDelayMs: env.JOB_RETRY_DELAY_MS,
    retryJitter: 0.2,
    deadlineMs: deadlineOf({ timeoutSeconds: env.WORKER_HTTP_TIMEOUT }),
    giveUpAfterMs: WEEK_MS,
  }),
});
