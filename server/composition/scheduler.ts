import { backgroundJobsConfig, backgroundMode } from '../config/config.ts';
import { type Env, EnvironmentError } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';
import { disconnectMongo } from '../config/mongoConn.ts';
import { connectRedis, isRedisConfigured } from '../config/queueRedisConn.ts';
import { CRON_JOBS } from '../Services/BackgroundJobs/cronJobs.ts';
import { flushTallies } from '../Services/BackgroundJobs/numbers/tally.ts';
import { createProducer } from '../Services/BackgroundJobs/producer.ts';
import { catalogue } from '../Services/BackgroundJobs/queues/catalogue.ts';
import { openQueues } from '../Services/BackgroundJobs/queues/queueManager.ts';
import { retentionOf } from '../Services/BackgroundJobs/recording/expiry.ts';
import { findSource } from '../Services/BackgroundJobs/runs/sources.ts';
import { cronJobsOf } from '../Services/BackgroundJobs/scheduling/cronJob.ts';
import { admissionTo } from './admissionTo.ts';
import { startEnqueuing } from './enqueuing.ts';
import { connectMongoPatiently } from './mongoAtStart.ts';
import { processLogger } from './processLogger.ts';
import { requireFitRedis } from './redisFitness.ts';
import { stopWhenRestored } from './restoreWatch.ts';
import { startSchedules } from './schedules.ts';
import { ShutdownList } from './shutdown.ts';

/**
 * Starts a process that runs the schedules and nothing else, for installations whose API runs none
 * (SCHEDULES_ENABLED=false). It waits for MongoDB for as long as that is away; a slot that falls
 * due without Redis is begun or missed as the schedule's catch-up says.
 * @throws EnvironmentError when a setting is missing or cannot be used, the in-process batch is
 * asked for, or Redis may lose jobs in production.
 */
export async function startSchedulerProcess(
  env: Env,
): Promise<{ logger: Logger; shutdown: ShutdownList }> {
  const { MONGODB_URI } = env;
  if (MONGODB_URI === undefined || !isRedisConfigured(env)) {
    throw new EnvironmentError('The scheduler needs MONGODB_URI and REDIS_URL: name both in .env.');
  }
  const config = backgroundJobsConfig(env);
  const mode = backgroundMode(config);
  if (mode === 'legacy') {
    throw new EnvironmentError(
      'DAILY_UPDATES=true asks for the batch inside the API process, which no other process can ' +
        'run: set it to false, or end this scheduler and set SCHEDULES_ENABLED=true for the API.',
    );
  }
  const logger = processLogger(env, 'scheduler');
  const shutdown = new ShutdownList(logger);
  shutdown.add('numbers', () => flushTallies());
  logger.info('This process runs the schedules', { mode });

  const redis = connectRedis(env, 'producer', logger);
  shutdown.add('Redis', async () => redis.disconnect());
  await requireFitRedis(redis, env, logger);
  const admission = admissionTo(redis, env, logger);
  shutdown.add('admission', async () => admission.stop());
  const kinds = catalogue.map(({ definition }) => definition);
  const queues = openQueues(kinds, env, redis, admission);
  shutdown.add('queues', queues.closeAll);
  const { lanes, enqueuer, forget } = startEnqueuing(
    env,
    { kinds, queues, redis, admission },
    logger,
  );
  shutdown.add('enqueuer', forget);
  const producer = createProducer({
    lanes,
    findSource,
    batchSize: env.USER_BATCH_SIZE,
    retentionDays: retentionOf(kinds, env.JOB_STATUS_RETENTION_DAYS),
    leaseMs: env.PRODUCER_LEASE_MS,
    log: logger,
  });
  shutdown.add('producer', producer.stop);
  const jobs = cronJobsOf(CRON_JOBS, config, {
    ...{ env, producer, enqueuer, lanes, log: logger },
  });

  shutdown.addLast('MongoDB', disconnectMongo);
  const connecting = new AbortController();
  const begun = connectMongoPatiently(
    MONGODB_URI,
    'hourwork-scheduler',
    logger,
    connecting.signal,
  ).then(async () => {
    if (connecting.signal.aborted) return;
    shutdown.add('restore watch', stopWhenRestored(logger).stop);
    const schedules = await startSchedules(mode, {
      ...{ env, jobs, producer, enqueuer, lanes, redis, logger },
    });
    shutdown.add('schedules', schedules.stop);
  });
  shutdown.add('connecting', async () => {
    connecting.abort();
    await begun;
  });
  return { logger, shutdown };
}
