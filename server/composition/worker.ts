import { backgroundJobsConfig } from '../config/config.ts';
import { type Env, EnvironmentError } from '../config/env.ts';
import { withLogContext } from '../config/logContext.ts';
import type { Logger } from '../config/logger.ts';
import { disconnectMongo, isMongoUp } from '../config/mongoConn.ts';
import { packageVersion } from '../config/packageVersion.ts';
import { connectRedis, isRedisConfigured } from '../config/queueRedisConn.ts';
import {
  createWorker,
  type QueueWorker,
} from '../Services/BackgroundJobs/consuming/createWorker.ts';
import { startHeartbeat, workerName } from '../Services/BackgroundJobs/consuming/heartbeat.ts';
import { takeOverLeftBehind } from '../Services/BackgroundJobs/consuming/leftBehind.ts';
import { openQueue } from '../Services/BackgroundJobs/queue.ts';
import { type Catalogue, loadProcessors } from '../Services/BackgroundJobs/queues/catalogue.ts';
import { createRecorder } from '../Services/BackgroundJobs/recording/recorder.ts';
import { createUserDataGateway } from '../Services/CustomerScoring/userDataGateway.ts';
import { connectMongoPatiently } from './mongoAtStart.ts';
import { processLogger } from './processLogger.ts';
import { ShutdownList } from './shutdown.ts';

const DEPENDENCY_CHECK_MS = 500;
const FLUSH_MS = 2_000;

interface WorkerProcessOptions {
  env: Env;
  /** The kinds of jobs it runs. */
  catalogue: Catalogue;
}

export interface RunningWorker {
  logger: Logger;
  shutdown: ShutdownList;
}

/**
 * Starts a worker process: one worker for each queue of the catalogue. It waits for MongoDB and
 * Redis for as long as they are away.
 * @throws EnvironmentError when a setting is missing; Error when a job has no processor.
 */
export async function startWorker({
  env,
  catalogue,
}: WorkerProcessOptions): Promise<RunningWorker> {
  const { MONGODB_URI } = env;
  if (MONGODB_URI === undefined || !isRedisConfigured(env)) {
    throw new EnvironmentError('A worker needs MONGODB_URI and REDIS_URL: name both in .env.');
  }
  const logger = processLogger(env, 'worker');
  const shutdown = new ShutdownList(logger);
  const userData = createUserDataGateway({ scoringParams: env.SCORING_PARAMS });
  const jobs = await loadProcessors(catalogue, { userData });
  const connecting = new AbortController();
  let begun: Promise<void> = Promise.resolve();
  shutdown.addLast('MongoDB', disconnectMongo);
  shutdown.add('connecting', async () => {
    connecting.abort();
    await begun;
  });

  if (!backgroundJobsConfig(env).consume) {
    logger.warn('ENABLE_BACKGROUND_JOBS is false: this worker takes no jobs');
    const idle = setInterval(() => undefined, 60_000);
    shutdown.add('idling', async () => clearInterval(idle));
    return { logger, shutdown };
  }

  const begin = async () => {
    await connectMongoPatiently(MONGODB_URI, 'hourwork-worker', logger, connecting.signal);
    if (connecting.signal.aborted) return;
    const recorder = createRecorder({ log: logger, retentionDays: env.JOB_STATUS_RETENTION_DAYS });
    shutdown.add('records', () => recorder.flush(FLUSH_MS));
    const redis = connectRedis(env, 'worker', logger);
    shutdown.add('Redis', async () => redis.disconnect());

    const name = workerName();
    const workers: QueueWorker[] = [];
    shutdown.add('workers', () =>
      Promise.all(workers.map((worker) => worker.stop(env.SHUTDOWN_GRACE_MS))),
    );
    for (const { definition, processor } of jobs) {
      workers.push(
        createWorker({
          definition,
          processor,
          options: definition.options(env),
          settings: {
            prefix: env.QUEUE_PREFIX,
            lockMs: env.WORKER_LOCK_MS,
            stalledCheckMs: env.WORKER_STALLED_CHECK_MS,
            maxCrashes: env.WORKER_MAX_CRASHES,
          },
          redis,
          recorder,
          name,
          log: logger,
          inContext: withLogContext,
          whenDependenciesAnswer: untilMongoAnswers,
        }),
      );
    }
    for (const { definition } of jobs) {
      const queue = openQueue(definition.name, definition.options(env), redis, {
        prefix: env.QUEUE_PREFIX,
        keepFinishedMs: env.REDIS_KEEP_FINISHED_MS,
      });
      const { JOB_STATUS_RETENTION_DAYS: retentionDays } = env;
      takeOverLeftBehind({ queue, self: name, retentionDays, log: logger }).catch((error) => {
        logger.debug('What a crashed worker left is found later', { error });
      });
    }
    const heartbeat = startHeartbeat({
      name,
      instance: env.NODE_APP_INSTANCE ?? null,
      version: packageVersion(),
      queues: jobs.map(({ definition }) => definition.name),
      runningJobs: () => workers.reduce((sum, worker) => sum + worker.runningJobs(), 0),
      intervalMs: env.WORKER_HEARTBEAT_MS,
      log: logger,
    });
    shutdown.add('heartbeat', heartbeat.stop);
    logger.info('Worker ready', { worker: name, queues: workers.map(({ queue }) => queue) });
  };
  begun = begin().catch((error: unknown) => {
    logger.error('The worker could not start', { error });
    process.exit(1);
  });
  return { logger, shutdown };
}

/** At least one check's time, so that what MongoDB refuses while it answers pings is no busy loop. */
async function untilMongoAnswers(): Promise<void> {
  do {
    await new Promise((resolve) => setTimeout(resolve, DEPENDENCY_CHECK_MS));
  } while (!(await isMongoUp()));
}
