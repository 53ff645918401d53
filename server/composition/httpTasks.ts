import { parseAllowance } from '../config/egressAllowance.ts';
import type { Env } from '../config/env.ts';
import type { HttpTasksDeps } from '../controllers/HttpTasksController.ts';
import type { Enqueuer } from '../Services/BackgroundJobs/enqueuing/enqueuer.ts';
import { httpTaskJob } from '../Services/BackgroundJobs/jobs/httpTask/httpTask.job.ts';
import {
  forgetHttpJobSlots,
  removeHttpJobSchedule,
} from '../Services/BackgroundJobs/jobs/httpTask/httpTask.schedules.ts';
import { listDestinations } from '../Services/HttpTasks/destinations.ts';
import { createHttpJobs } from '../Services/HttpTasks/httpJobs.ts';
import { createSecretBox } from '../Services/Secrets/secretBox.ts';

/** The HTTP jobs and tasks as the API offers them. */
export function openHttpTasks(
  env: Env,
  enqueuer: Pick<Enqueuer, 'enqueue'>,
): Omit<HttpTasksDeps, 'administration'> {
  return {
    httpJobs: createHttpJobs({
      timeoutSeconds: env.WORKER_HTTP_TIMEOUT,
      maxRetryCount: env.WORKER_RETRY_COUNT,
      allowance: parseAllowance(env.EGRESS_ALLOW ?? ''),
      secrets: createSecretBox(env),
      putIn: (payload, options) => enqueuer.enqueue(httpTaskJob, payload, options),
      forgetSlots: forgetHttpJobSlots,
      removeSchedule: removeHttpJobSchedule,
      retentionDays: env.HTTP_EXECUTION_RETENTION_DAYS,
    }),
    destinations: listDestinations,
  };
}
