import type { BackgroundMode } from '../config/config.ts';
import type { Env } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';
import type { RedisConnection } from '../config/queueRedisConn.ts';
import { workerName } from '../Services/BackgroundJobs/consuming/heartbeat.ts';
import { USER_DATA_SCHEDULE, userDataSchedule } from '../Services/BackgroundJobs/cronProducer.ts';
import { IN_PROCESS, startJobScheduler } from '../Services/BackgroundJobs/jobScheduler.ts';
import { userDataProcessor } from '../Services/BackgroundJobs/jobs/userData/userData.processor.ts';
import type { Producer } from '../Services/BackgroundJobs/producer.ts';
import { absentQueue } from '../Services/BackgroundJobs/queues/absentQueue.ts';
import { createOutbox } from '../Services/BackgroundJobs/runs/outbox.ts';
import {
  type RunningSchedules,
  startScheduler,
  startStoppedSchedules,
} from '../Services/BackgroundJobs/scheduling/scheduler.ts';
import { createStoreClock } from '../Services/BackgroundJobs/scheduling/storeClock.ts';
import { createUserDataGateway } from '../Services/CustomerScoring/userDataGateway.ts';

interface ScheduleParts {
  env: Env;
  producer: Producer;
  redis: RedisConnection | null;
  logger: Logger;
}

/** Starts the schedules in the one mode that is on; null without a Redis to enqueue to. */
export function startSchedules(
  mode: BackgroundMode,
  { env, producer, redis, logger }: ScheduleParts,
): RunningSchedules | null {
  const common = {
    timetable: { expression: env.USER_DATA_SCHEDULE, timezone: env.TIMEZONE },
    batchSize: env.USER_BATCH_SIZE,
    clock: createStoreClock({ log: logger }),
    retentionDays: env.JOB_STATUS_RETENTION_DAYS,
    log: logger,
  };
  if (mode === 'legacy') {
    const userData = createUserDataGateway({ scoringParams: env.SCORING_PARAMS });
    return startJobScheduler({
      ...common,
      processor: userDataProcessor({ userData }),
      outbox: createOutbox({
        queue: absentQueue(IN_PROCESS),
        duplicateRetentionDays: env.DUPLICATE_RETENTION_DAYS,
      }),
      deadlineMs: env.USER_JOB_DEADLINE_MS,
      leaseMs: Math.max(env.PRODUCER_LEASE_MS, 2 * env.USER_JOB_DEADLINE_MS),
      worker: workerName(),
    });
  }
  if (mode === 'off') return startStoppedSchedules([USER_DATA_SCHEDULE], common);
  if (redis === null) return null;
  const schedules = [userDataSchedule({ ...common, producer, policy: env.MISSED_SLOT_POLICY })];
  return startScheduler({ ...common, schedules, by: workerName() });
}
