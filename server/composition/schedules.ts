import type { BackgroundMode } from '../config/config.ts';
import type { Env } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';
import type { RedisConnection } from '../config/queueRedisConn.ts';
import { commerceSchedules } from '../Services/BackgroundJobs/commerceSchedules.ts';
import { createFailureOf } from '../Services/BackgroundJobs/consuming/failureText.ts';
import { workerName } from '../Services/BackgroundJobs/consuming/heartbeat.ts';
import { USER_DATA_SCHEDULE, userDataSchedule } from '../Services/BackgroundJobs/cronProducer.ts';
import type { Enqueuer } from '../Services/BackgroundJobs/enqueuing/enqueuer.ts';
import type { Lanes } from '../Services/BackgroundJobs/enqueuing/lanes.ts';
import { createOutbox } from '../Services/BackgroundJobs/enqueuing/outbox.ts';
import { IN_PROCESS, startJobScheduler } from '../Services/BackgroundJobs/jobScheduler.ts';
import { startHttpJobSchedules } from '../Services/BackgroundJobs/jobs/httpTask/httpTask.schedules.ts';
import { USER_DATA } from '../Services/BackgroundJobs/jobs/userData/userData.job.ts';
import type { Producer } from '../Services/BackgroundJobs/producer.ts';
import { absentQueue } from '../Services/BackgroundJobs/queues/absentQueue.ts';
import { catalogue, type Work } from '../Services/BackgroundJobs/queues/catalogue.ts';
import {
  type RunningSchedules,
  startScheduler,
  startStoppedSchedules,
} from '../Services/BackgroundJobs/scheduling/scheduler.ts';
import { createStoreClock } from '../Services/BackgroundJobs/scheduling/storeClock.ts';
import { processRedactor } from './processLogger.ts';

interface SchedulingParts {
  env: Env;
  producer: Producer;
  enqueuer: Enqueuer;
  lanes: Lanes;
  redis: RedisConnection | null;
  logger: Logger;
}

/** Starts all schedules: those of kinds in the mode that is on, and those of the HTTP jobs. */
export async function startSchedules(
  mode: BackgroundMode,
  parts: SchedulingParts,
): Promise<RunningSchedules> {
  const started = [await startKinds(mode, parts), startHttpTasks(parts)];
  return {
    async stop() {
      await Promise.all(started.map((schedules) => schedules?.stop()));
    },
  };
}

/** Null without a Redis to enqueue to, and where all schedules are switched off. */
function startHttpTasks({
  env,
  enqueuer,
  lanes,
  redis,
  logger,
}: SchedulingParts): RunningSchedules | null {
  if (redis === null || !env.BACKGROUND_JOBS_ENABLED) return null;
  return startHttpJobSchedules({
    enqueuer,
    lanes,
    clock: createStoreClock({ log: logger }),
    by: workerName(),
    retentionDays: env.JOB_STATUS_RETENTION_DAYS,
    log: logger,
  });
}

/** Those in the one mode that is on; null without a Redis to enqueue to. */
async function startKinds(
  mode: BackgroundMode,
  { env, producer, enqueuer, lanes, redis, logger }: SchedulingParts,
): Promise<RunningSchedules | null> {
  const common = {
    timetable: { expression: env.USER_DATA_SCHEDULE, timezone: env.TIMEZONE },
    batchSize: env.USER_BATCH_SIZE,
    clock: createStoreClock({ log: logger }),
    retentionDays: env.JOB_STATUS_RETENTION_DAYS,
    log: logger,
  };
  if (mode === 'legacy') {
    return startJobScheduler({
      ...common,
      work: await workOf(USER_DATA, env),
      outbox: createOutbox({
        queue: absentQueue(IN_PROCESS),
        duplicateRetentionDays: env.DUPLICATE_RETENTION_DAYS,
      }),
      deadlineMs: env.USER_JOB_DEADLINE_MS,
      leaseMs: Math.max(env.PRODUCER_LEASE_MS, 2 * env.USER_JOB_DEADLINE_MS),
      worker: workerName(),
      failureOf: createFailureOf(processRedactor(env)),
    });
  }
  if (mode === 'off') return startStoppedSchedules([USER_DATA_SCHEDULE], common);
  if (redis === null) return null;
  const parts = { env, producer, enqueuer, lanes, log: logger };
  const schedules = [
    userDataSchedule({ ...common, producer, policy: env.MISSED_SLOT_POLICY }),
    ...catalogue.flatMap(({ schedule }) => schedule?.(parts) ?? []),
    ...(env.COMMERCE_SCHEDULES
      ? commerceSchedules({ ...common, producer, timezone: env.TIMEZONE })
      : []),
  ];
  return startScheduler({ ...common, schedules, by: workerName() });
}

/** The work of one kind, for the process that does it itself. */
async function workOf(kind: string, env: Env): Promise<Work> {
  const entry = catalogue.find(({ definition }) => definition.kind === kind);
  if (entry === undefined) throw new Error(`The job "${kind}" is not in the catalogue.`);
  return entry.load({ env });
}
