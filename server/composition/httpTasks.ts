import { allowanceOf } from '../config/egressAllowance.ts';
import type { Env } from '../config/env.ts';
import { createTextRedactor } from '../config/redaction.ts';
import { secretsIn } from '../config/secretSettings.ts';
import type { HttpTasksDeps } from '../controllers/HttpTasksController.ts';
import { workerName } from '../Services/BackgroundJobs/consuming/heartbeat.ts';
import type { JobLog } from '../Services/BackgroundJobs/consuming/jobLog.ts';
import type { Enqueuer } from '../Services/BackgroundJobs/enqueuing/enqueuer.ts';
import { httpTaskJob } from '../Services/BackgroundJobs/jobs/httpTask/httpTask.job.ts';
import {
  forgetHttpJobSlots,
  removeHttpJobSchedule,
} from '../Services/BackgroundJobs/jobs/httpTask/httpTask.schedules.ts';
import { every } from '../Services/BackgroundJobs/scheduling/every.ts';
import { createEgressClient } from '../Services/Egress/egressClient.ts';
import { listDestinations } from '../Services/HttpTasks/destinations.ts';
import { createHttpJobs } from '../Services/HttpTasks/httpJobs.ts';
import { createMemoryPool } from '../Services/HttpTasks/memoryPool.ts';
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
      allowance: allowanceOf(env),
      secrets: createSecretBox(env),
      putIn: (payload, options) => enqueuer.enqueue(httpTaskJob, payload, options),
      forgetSlots: forgetHttpJobSlots,
      removeSchedule: removeHttpJobSchedule,
      retentionDays: env.HTTP_EXECUTION_RETENTION_DAYS,
      ways: { mode: env.HTTP_TASKS_MODE, queuePercent: env.HTTP_TASKS_QUEUE_PERCENT },
    }),
    destinations: listDestinations,
  };
}

const POLL_MS = 100;
/** Where nothing new goes this way. */
const IDLE_POLL_MS = 15_000;

/**
 * Calls in this process what goes the old way. It runs in each mode: what was taken for this way before a
 * change of the settings ends this way.
 */
export function startMemoryPool(env: Env, log: JobLog): { stop(): Promise<void> } {
  const client = createEgressClient({ allowance: allowanceOf(env) });
  const pool = createMemoryPool({
    client,
    secrets: createSecretBox(env),
    redact: createTextRedactor(secretsIn(env)),
    worker: workerName(),
  });
  const isUsed = env.HTTP_TASKS_MODE === 'in-memory' || env.HTTP_TASKS_QUEUE_PERCENT < 100;
  const polling = every(
    { name: 'HTTP tasks in memory', intervalMs: isUsed ? POLL_MS : IDLE_POLL_MS, log },
    pool.poll,
  );
  return {
    async stop() {
      await polling.stop();
      await pool.stop(env.SHUTDOWN_GRACE_MS / 2);
      await client.close();
    },
  };
}
