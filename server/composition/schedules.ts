import type { BackgroundMode } from '../config/config.ts';
import type { Env } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';
import type { RedisConnection } from '../config/queueRedisConn.ts';
import { createFailureOf } from '../Services/BackgroundJobs/consuming/failureText.ts';
import { workerName } from '../Services/BackgroundJobs/consuming/heartbeat.ts';
import { USER_DATA_SCHEDULE } from '../Services/BackgroundJobs/cronProducer.ts';
import type { Enqueuer } from '../Services/BackgroundJobs/enqueuing/enqueuer.ts';
import type { Lanes } from '../Services/BackgroundJobs/enqueuing/lanes.ts';
import { createOutbox } from '../Services/BackgroundJobs/enqueuing/outbox.ts';
import { IN_PROCESS, startJobScheduler } from '../Services/BackgroundJobs/jobScheduler.ts';
import { tellingStart } from '../Services/BackgroundJobs/jobs/heartbeat/tellingStart.ts';
import { startHttpJobSchedules } from '../Services/BackgroundJobs/jobs/httpTask/httpTask.schedules.ts';
import { USER_DATA } from '../Services/BackgroundJobs/jobs/userData/userData.job.ts';
import type { Producer } from '../Services/BackgroundJobs/producer.ts';
import { absentQueue } from '../Services/BackgroundJobs/queues/absentQueue.ts';
import { catalogue, type Work } from '../Services/BackgroundJobs/queues/catalogue.ts';
import type { CronJob } from '../Services/BackgroundJobs/scheduling/cronJob.ts';
import {
  type RunningSchedules,
  startScheduler,
  startStoppedSchedules,
} from '../Services/BackgroundJobs/scheduling/scheduler.ts';
import {
  createStoreClock,
  type StoreClock,
} from '../Services/BackgroundJobs/scheduling/storeClock.ts';
import { processRedactor } from './processLogger.ts';

interface SchedulesToStart {
  env: Env;
  jobs: readonly CronJob[];
  producer: Producer;
  enqueuer: Enqueuer;
  lanes: Lanes;
  redis: RedisConnection | null;
  logger: Logger;
}

/**
 * Starts the schedules of the jobs that are switched on, of the hourly work in the one mode that is on; and
 * those that kinds bring with them, and people have given to HTTP jobs.
 * Without a Redis to enqueue to, only what needs none.
 */
export async function startSchedules(
  mode: BackgroundMode,
  parts: SchedulesToStart,
): Promise<RunningSchedules> {
  const { env, jobs, redis, logger } = parts;
  const common = {
    clock: createStoreClock({ log: logger }),
    retentionDays: env.JOB_STATUS_RETENTION_DAYS,
    log: logger,
  };
  const inProcess = mode === 'legacy' ? [USER_DATA_SCHEDULE] : [];
  const { on, off } = dividedBySwitch(jobs, inProcess);
  const running = [startStoppedSchedules(off, common)];
  if (mode === 'legacy') running.push(startInProcess(await workOf(USER_DATA, env), env, common));
  if (redis !== null) {
    const telling =
      env.HEARTBEAT_URL === undefined
        ? on
        : on.map((schedule) => tellingStart(schedule, { enqueuer: parts.enqueuer, log: logger }));
    const schedules = [...telling, ...(env.BACKGROUND_JOBS_ENABLED ? ownSchedules(parts) : [])];
    if (schedules.length > 0)
      running.push(startScheduler({ ...common, schedules, by: workerName() }));
    if (env.BACKGROUND_JOBS_ENABLED && env.HTTP_TASKS_MODE !== 'off')
      running.push(startHttpTasks(parts, common));
  }
  return {
    async stop() {
      await Promise.all(running.map((each) => each.stop()));
    },
  };
}

/** The schedules that stand in the catalogue. */
function ownSchedules({ logger: log, ...parts }: SchedulesToStart) {
  return catalogue.flatMap(({ schedule }) => schedule?.({ ...parts, log }) ?? []);
}

function startHttpTasks({ enqueuer, lanes }: SchedulesToStart, common: Common): RunningSchedules {
  return startHttpJobSchedules({ ...common, enqueuer, lanes, by: workerName() });
}

function dividedBySwitch(jobs: readonly CronJob[], inProcess: readonly string[]) {
  const queued = jobs.filter(({ schedule }) => !inProcess.includes(schedule.name));
  return {
    on: queued.filter(({ enabled }) => enabled).map(({ schedule }) => schedule),
    off: queued.filter(({ enabled }) => !enabled).map(({ schedule }) => schedule.name),
  };
}

/** What every way of keeping schedules needs. */
interface Common {
  clock: StoreClock;
  retentionDays: number;
  log: Logger;
}

function startInProcess(work: Work, env: Env, common: Common): RunningSchedules {
  return startJobScheduler({
    ...common,
    work,
    timetable: { expression: env.USER_DATA_SCHEDULE, timezone: env.TIMEZONE },
    batchSize: env.USER_BATCH_SIZE,
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

/** The work of one kind, for the process that does it itself. */
async function workOf(kind: string, env: Env): Promise<Work> {
  const entry = catalogue.find(({ definition }) => definition.kind === kind);
  if (entry === undefined) throw new Error(`The job "${kind}" is not in the catalogue.`);
  return entry.load({ env });
}
