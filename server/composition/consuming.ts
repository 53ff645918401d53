import type { Env } from '../config/env.ts';
import { withLogContext } from '../config/logContext.ts';
import type { Logger } from '../config/logger.ts';
import { isMongoUp } from '../config/mongoConn.ts';
import { packageVersion } from '../config/packageVersion.ts';
import type { RedisConnection } from '../config/queueRedisConn.ts';
import { watchCancelIntents } from '../Services/BackgroundJobs/consuming/cancelIntents.ts';
import { createWorker } from '../Services/BackgroundJobs/consuming/createWorker.ts';
import {
  createCleaner,
  createFailureOf,
} from '../Services/BackgroundJobs/consuming/failureText.ts';
import { startHeartbeat, workerName } from '../Services/BackgroundJobs/consuming/heartbeat.ts';
import {
  firstConcurrency,
  holdConcurrency,
} from '../Services/BackgroundJobs/consuming/holdConcurrency.ts';
import { takeOverLeftBehind } from '../Services/BackgroundJobs/consuming/leftBehind.ts';
import { workerSettingsOf } from '../Services/BackgroundJobs/consuming/queueWorker.ts';
import { takesSigns } from '../Services/BackgroundJobs/consuming/workerSigns.ts';
import { startCompletionNotes } from '../Services/BackgroundJobs/health/completions.ts';
import { noteCanaryReturn } from '../Services/BackgroundJobs/health/flow.ts';
import type { Admission } from '../Services/BackgroundJobs/queues/admission.ts';
import type { LoadedQueue } from '../Services/BackgroundJobs/queues/loadProcessors.ts';
import { openQueues } from '../Services/BackgroundJobs/queues/queueManager.ts';
import { takesWrites } from '../Services/BackgroundJobs/queues/redisFacts.ts';
import { type FailedQueue, registerEach } from '../Services/BackgroundJobs/queues/registration.ts';
import { retentionOf } from '../Services/BackgroundJobs/recording/expiry.ts';
import { createJobNotes } from '../Services/BackgroundJobs/recording/jobNotes.ts';
import { createRecorder } from '../Services/BackgroundJobs/recording/recorder.ts';
import { followStoreClock } from '../Services/BackgroundJobs/scheduling/storeClock.ts';
import { followLimits } from '../Services/BackgroundJobs/steering/followLimits.ts';
import { followOrders } from '../Services/BackgroundJobs/steering/followOrders.ts';
import { processRedactor } from './processLogger.ts';
import type { ShutdownList } from './shutdown.ts';
import { startWatchdogs } from './watchdogs.ts';

const DEPENDENCY_CHECK_MS = 500;
const FLUSH_MS = 2_000;
const CANCEL_CHECK_MS = 1_000;
const LIMITS_CHECK_MS = 2_000;
const ORDERS_CHECK_MS = 2_000;

interface ConsumingOptions {
  env: Env;
  loaded: readonly LoadedQueue[];
  failed: readonly FailedQueue[];
  redis: RedisConnection;
  admission: Admission;
  logger: Logger;
  shutdown: ShutdownList;
}

/** The queues whose jobs a worker takes, and those whose it cannot take, each with why. */
export interface Registered {
  queues: readonly string[];
  failed: readonly FailedQueue[];
}

/**
 * Starts a worker for each loaded queue, with what records its outcomes, tells of it and watches
 * that it takes work. A queue that cannot be registered does not keep the others: the heartbeat
 * tells of it, be it the only one.
 * @returns what tells which queues' jobs are taken at this moment, and which are not.
 */
export function startConsuming({
  env,
  loaded,
  failed,
  redis,
  admission,
  logger,
  shutdown,
}: ConsumingOptions): () => Registered {
  const name = workerName();
  const kinds = loaded.flatMap(({ jobs }) => jobs.map(({ definition }) => definition));
  const retentionDays = retentionOf(kinds, env.JOB_STATUS_RETENTION_DAYS);
  const recorder = createRecorder({ log: logger, retentionDays });
  const intents = watchCancelIntents({
    intervalMs: CANCEL_CHECK_MS,
    onSeen: () => {
      for (const worker of workers) worker.endCancelled();
    },
    log: logger,
  });
  const clock = followStoreClock({ log: logger });
  const redact = processRedactor(env);
  const failureOf = createFailureOf(redact);
  const notes = createJobNotes({ clean: createCleaner(redact), log: logger });
  const dependenciesAnswer = async () =>
    (await isMongoUp()) &&
    (await takesSigns(name)) &&
    (await takesWrites(redis, env.QUEUE_PREFIX)) &&
    (await admission.look());
  const startOne = ({ queue, jobs }: LoadedQueue) =>
    createWorker({
      queue: queue.name,
      jobs: jobs.map((job) => ({ ...job, options: job.definition.options(env) })),
      concurrency: firstConcurrency(queue.concurrency(env)),
      retentionDays,
      isCancelled: intents.has,
      now: clock.now,
      mustAsk: () => intents.mustAsk(queue.name),
      settings: workerSettingsOf(env),
      redis,
      recorder,
      notes,
      failureOf,
      name,
      log: logger,
      inContext: withLogContext,
      whenDependenciesAnswer: () => untilTrue(dependenciesAnswer),
      dependenciesAnswer,
      admission,
      onCanary: (sentAt) => noteReturn(queue.name, { sentAt, worker: name }, logger),
    });
  const { registered: workers, failed: refused } = registerEach(
    loaded.map((each) => ({ queue: each.queue.name, each })),
    ({ each }) => startOne(each),
  );
  const queues = openQueues(
    loaded
      .filter(({ queue }) => workers.some((worker) => worker.queue === queue.name))
      .flatMap(({ jobs }) => jobs.map(({ definition }) => definition)),
    env,
    redis,
    admission,
  );
  const failedHere = [...refused, ...queues.failed].map(({ queue, reason }) => ({
    queue,
    reason: redact(reason),
  }));
  for (const queue of failedHere) {
    logger.error('A queue could not be registered; the others run', { ...queue });
  }
  const takeOver = () => {
    for (const queue of queues.queues) {
      takeOverLeftBehind({ queue, self: name, retentionDays, log: logger }).catch((error) => {
        logger.debug('What a crashed worker left is found later', { error });
      });
    }
  };
  const taken = workers.map(({ queue }) => queue);
  const registered = () => registeredNow(taken, [...failed, ...failedHere], admission);
  let quiet = false;
  const intervalMs = env.WORKER_HEARTBEAT_MS;
  const heartbeat = startHeartbeat({
    name,
    instance: env.NODE_APP_INSTANCE ?? null,
    version: packageVersion(),
    registered,
    runningJobs: () => workers.reduce((sum, worker) => sum + worker.activity().running, 0),
    isQuiet: () => quiet,
    intervalMs,
    log: logger,
  });
  const completions = startCompletionNotes({ workers, intervalMs, log: logger });
  // Stopped in reverse: the farewell comes last, when it is known that nothing is left behind.
  let inOrder = true;
  shutdown.add('heartbeat', () => heartbeat.stop(inOrder));
  shutdown.add('completion notes', completions.stop);
  shutdown.add('records', () =>
    recorder.flush(FLUSH_MS).catch((error: unknown) => {
      inOrder = false;
      throw error;
    }),
  );
  shutdown.add('job notes', () => notes.flush(FLUSH_MS));
  shutdown.add('workers', async () => {
    const stopped = await Promise.all(workers.map((each) => each.stop(env.SHUTDOWN_GRACE_MS)));
    inOrder = stopped.every((nothingLeft) => nothingLeft);
  });
  shutdown.add('cancel intents', intents.stop);
  shutdown.add('clock', clock.stop);
  const held = workers.map((worker) => {
    const { queue } = loaded.find((each) => each.queue.name === worker.queue) ?? {};
    return holdConcurrency(queue?.concurrency(env) ?? 1, { worker, log: logger });
  });
  const limits = followLimits({ workers: held, intervalMs: LIMITS_CHECK_MS, log: logger });
  shutdown.add('limits', async () => {
    await limits.stop();
    await Promise.all(held.map(({ stop }) => stop()));
  });
  const orders = followOrders({
    name,
    quieten(isQuiet) {
      quiet = isQuiet;
      for (const worker of workers) worker.quieten(isQuiet);
    },
    stop: () => process.kill(process.pid, 'SIGTERM'),
    intervalMs: ORDERS_CHECK_MS,
    log: logger,
  });
  shutdown.add('orders', orders.stop);
  shutdown.add('queues', queues.closeAll);
  startWatchdogs(workers, queues, { env, redis, admission, logger, shutdown });
  let isFirst = true;
  admission.onAdmitted(() => {
    if (!isFirst) return;
    isFirst = false;
    takeOver();
    for (const { queue, jobs } of loaded.filter(({ queue }) => taken.includes(queue.name))) {
      for (const { definition } of jobs) {
        logger.info('Processor registered', { queue: queue.name, kind: definition.kind });
      }
    }
    if (taken.length > 0) logger.info('Worker ready', { worker: name, queues: taken });
  });
  return registered;
}

/** While Redis refuses this installation no queue's jobs are taken, for that reason. */
function registeredNow(
  taken: readonly string[],
  failed: readonly FailedQueue[],
  admission: Admission,
): Registered {
  const refusal = admission.refusal();
  // That Redis is away is no matter of this worker.
  if (refusal === null || refusal.code === 'REDIS_UNAVAILABLE') return { queues: taken, failed };
  const refused = taken.map((queue) => ({ queue, reason: refusal.message }));
  return { queues: [], failed: [...failed, ...refused] };
}

function noteReturn(queue: string, canary: { sentAt: Date; worker: string }, log: Logger): void {
  noteCanaryReturn(queue, { ...canary, doneAt: new Date() }).catch((error: unknown) => {
    log.debug('The canary’s return was not noted', { error });
  });
}

/**
 * Looks again until the answer is yes. At least one check's time, so that what MongoDB refuses while it
 * answers every look is no busy loop.
 */
async function untilTrue(check: () => Promise<boolean>): Promise<void> {
  do {
    await new Promise((resolve) => setTimeout(resolve, DEPENDENCY_CHECK_MS));
  } while (!(await check()));
}
