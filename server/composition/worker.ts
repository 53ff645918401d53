import { backgroundJobsConfig } from '../config/config.ts';
import { type Env, missingSettings } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';
import { disconnectMongo, isMongoUp } from '../config/mongoConn.ts';
import { packageVersion } from '../config/packageVersion.ts';
import { connectRedis, isRedisConfigured } from '../config/queueRedisConn.ts';
import { noteVersion } from '../Services/BackgroundJobs/changes/deploys.ts';
import {
  createQueueHealth,
  type QueueHealthReport,
} from '../Services/BackgroundJobs/health/queueHealth.ts';
import { flushTallies } from '../Services/BackgroundJobs/numbers/tally.ts';
import type { Admission } from '../Services/BackgroundJobs/queues/admission.ts';
import type { Catalogue } from '../Services/BackgroundJobs/queues/catalogue.ts';
import { loadProcessors } from '../Services/BackgroundJobs/queues/loadProcessors.ts';
import { openQueues, type QueueManager } from '../Services/BackgroundJobs/queues/queueManager.ts';
import { holdsQueues } from '../Services/BackgroundJobs/queues/redisFacts.ts';
import { admissionTo } from './admissionTo.ts';
import { startConsuming } from './consuming.ts';
import { startEnqueuing } from './enqueuing.ts';
import { connectMongoPatiently } from './mongoAtStart.ts';
import { processLogger, processRedactor } from './processLogger.ts';
import { stopWhenRestored } from './restoreWatch.ts';
import { ShutdownList } from './shutdown.ts';
import { serveProbes, workerReadiness } from './workerProbes.ts';

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
 * Starts a worker process: one worker for each queue of the catalogue, or for those that
 * WORKER_QUEUES names. It waits for MongoDB and Redis for as long as they are away.
 * Queues that cannot be registered do not keep the others.
 * @throws EnvironmentError when a setting is missing or names no queue; Error when the catalogue is
 * at fault.
 */
export async function startWorker({
  env,
  catalogue,
}: WorkerProcessOptions): Promise<RunningWorker> {
  const { MONGODB_URI } = env;
  if (MONGODB_URI === undefined || !isRedisConfigured(env)) {
    throw missingSettings('A worker', ['MONGODB_URI', 'REDIS_URL']);
  }
  const logger = processLogger(env, 'worker');
  const shutdown = new ShutdownList(logger);
  shutdown.add('numbers', () => flushTallies());
  // The processors are loaded before there is a connection to ask.
  let queueHealth = (): Promise<QueueHealthReport> =>
    Promise.reject(new Error('The queues are not open yet.'));
  const { loaded, ...rest } = await loadProcessors(
    catalogue,
    { env, queueHealth: () => queueHealth() },
    env.WORKER_QUEUES,
  );
  const redact = processRedactor(env);
  // The heartbeat keeps the reasons, and the probes answer them.
  const failed = rest.failed.map(({ queue, reason }) => ({ queue, reason: redact(reason) }));
  for (const queue of failed) {
    logger.error('A queue could not be registered; the others run', { ...queue });
  }

  const readiness = workerReadiness({
    mongo: isMongoUp,
    stopping: () => shutdown.stopping,
    failed,
  });
  if (env.WORKER_HEALTH_PORT !== undefined) {
    const probes = await serveProbes(readiness.check, {
      host: env.HOST,
      // Each of PM2's instances on a port of its own.
      port: env.WORKER_HEALTH_PORT + Number(env.NODE_APP_INSTANCE ?? 0),
    });
    shutdown.add('probes', probes.stop);
  }
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
    shutdown.add('restore watch', stopWhenRestored(logger).stop);
    noteVersion('worker', packageVersion()).catch((error: unknown) => {
      logger.warn('The version was not noted: the dashboard lacks a deploy', { error });
    });
    const redis = connectRedis(env, 'worker', logger);
    shutdown.add('Redis', async () => redis.disconnect());
    const admission = admissionTo(redis, env, logger);
    shutdown.add('admission', async () => admission.stop());
    const enqueuing = openEnqueuing(env, catalogue, admission, logger);
    shutdown.add('enqueuing', enqueuing.close);
    queueHealth = createQueueHealth(enqueuing.queues);
    // Without any queue it stays, and is not ready: its heartbeat goes on telling why, which the
    // restarts of a process that ends again and again would bury.
    const registered = startConsuming({
      ...{ env, loaded, failed, redis, admission, logger, shutdown },
    });
    readiness.consuming({
      registered,
      redis: async () =>
        admission.refusal() === null &&
        redis.status === 'ready' &&
        (await holdsQueues(redis, env.QUEUE_PREFIX)),
    });
  };
  begun = begin().catch((error: unknown) => {
    logger.error('The worker could not start', { error });
    process.exit(1);
  });
  return { logger, shutdown };
}

/** What the work enqueues goes over a producer's connection, which fails fast, not over the worker's. */
function openEnqueuing(
  env: Env,
  catalogue: Catalogue,
  admission: Admission,
  logger: Logger,
): { queues: QueueManager; close: () => Promise<void> } {
  const redis = connectRedis(env, 'producer', logger);
  const kinds = catalogue.map(({ definition }) => definition);
  const queues = openQueues(kinds, env, redis, admission);
  const { forget } = startEnqueuing(env, { kinds, queues, redis, admission }, logger);
  return {
    queues,
    async close() {
      await forget();
      await queues.closeAll();
      redis.disconnect();
    },
  };
}
