import { setTimeout as delay } from 'node:timers/promises';
import { createApp } from '../api/app.ts';
import { listen } from '../api/httpServer.ts';
import { type BackgroundMode, backgroundJobsConfig, backgroundMode } from '../config/config.ts';
import { type Env, missingSettings } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';
import { disconnectMongo, isMongoUp } from '../config/mongoConn.ts';
import { packageVersion } from '../config/packageVersion.ts';
import { connectRedis, isRedisConfigured, type RedisConnection } from '../config/queueRedisConn.ts';
import { AppError } from '../errors/AppError.ts';
import { ensureAdmin } from '../Services/Auth/accounts.ts';
import { createAuthentication } from '../Services/Auth/authentication.ts';
import { createTokens } from '../Services/Auth/tokens.ts';
import { createAdministration } from '../Services/BackgroundJobs/admin/createAdministration.ts';
import { createCronManager } from '../Services/BackgroundJobs/admin/cronManager.ts';
import { createJobQueries } from '../Services/BackgroundJobs/admin/jobQueries.ts';
import { describeKind } from '../Services/BackgroundJobs/admin/kinds.ts';
import { createQueueAdministration } from '../Services/BackgroundJobs/admin/queueAdministration.ts';
import { recommend } from '../Services/BackgroundJobs/admin/recommendation.ts';
import { createRunViews } from '../Services/BackgroundJobs/admin/runViews.ts';
import { noteVersion } from '../Services/BackgroundJobs/changes/deploys.ts';
import { CRON_JOBS } from '../Services/BackgroundJobs/cronJobs.ts';
import { startCanaries } from '../Services/BackgroundJobs/health/canaries.ts';
import { startClockWatch } from '../Services/BackgroundJobs/health/clockWatch.ts';
import { createQueueHealth } from '../Services/BackgroundJobs/health/queueHealth.ts';
import { readNumbers } from '../Services/BackgroundJobs/numbers/readNumbers.ts';
import { flushTallies } from '../Services/BackgroundJobs/numbers/tally.ts';
import { createOverview } from '../Services/BackgroundJobs/overview/overview.ts';
import { createProducer } from '../Services/BackgroundJobs/producer.ts';
import type { Admission } from '../Services/BackgroundJobs/queues/admission.ts';
import { catalogue } from '../Services/BackgroundJobs/queues/catalogue.ts';
import { openQueues } from '../Services/BackgroundJobs/queues/queueManager.ts';
import { holdsQueues } from '../Services/BackgroundJobs/queues/redisFacts.ts';
import { retentionOf } from '../Services/BackgroundJobs/recording/expiry.ts';
import { findSource } from '../Services/BackgroundJobs/runs/sources.ts';
import { cronJobsOf } from '../Services/BackgroundJobs/scheduling/cronJob.ts';
import { slotsKeptMs } from '../Services/BackgroundJobs/scheduling/scheduler.ts';
import { setDefaultLimits } from '../Services/BackgroundJobs/steering/queueSteering.ts';
import { createLive } from '../Services/BackgroundJobs/watching/live.ts';
import { parametersWarning } from '../Services/CustomerScoring/parametersWarning.ts';
import { publicUrlOf } from '../Services/Mail/publicUrl.ts';
import { createUnsubscribeLinks } from '../Services/Mail/unsubscribeLinks.ts';
import { createReportLinks } from '../Services/Reports/reportLinks.ts';
import { admissionTo } from './admissionTo.ts';
import { startEnqueuing } from './enqueuing.ts';
import { openHttpTasks, startMemoryPool } from './httpTasks.ts';
import { keepLedgers } from './ledgers.ts';
import { connectMongoPatiently, patiently } from './mongoAtStart.ts';
import { processLogger } from './processLogger.ts';
import { requireFitRedis } from './redisFitness.ts';
import { stopWhenRestored } from './restoreWatch.ts';
import { startSchedules } from './schedules.ts';
import { openServiceSync } from './serviceSync.ts';
import { ShutdownList } from './shutdown.ts';
import { followSlotOutcomes } from './slotOutcomes.ts';
import { warnOfAbsentIndexes } from './warnOfAbsentIndexes.ts';

/** How long the API waits for MongoDB and Redis before it serves without them. */
const FIRST_LOOK_MS = 1_500;

export interface RunningApi {
  port: number;
  logger: Logger;
  shutdown: ShutdownList;
}

/**
 * Starts the API process: serves HTTP, after a moment also without MongoDB and Redis, and begins
 * with schedules and the ledgers' keeping when MongoDB answers.
 * @throws EnvironmentError when a setting is missing or cannot be used, or Redis may lose jobs in
 * production.
 */
export async function startApi(env: Env): Promise<RunningApi> {
  const { MONGODB_URI } = env;
  if (MONGODB_URI === undefined) {
    throw missingSettings('The API', ['MONGODB_URI']);
  }
  const tokens = createTokens({ secret: env.JWT_SECRET, ttlMinutes: env.JWT_TTL_MINUTES });
  const logger = processLogger(env, 'api');
  const shutdown = new ShutdownList(logger);
  shutdown.add('numbers', () => flushTallies());
  const config = backgroundJobsConfig(env);
  const mode = backgroundMode(config);
  logger.info(env.SCHEDULES_ENABLED ? MODE_LINES[mode] : NO_SCHEDULES_LINE, { mode });

  const redis = openRedis(env, logger, shutdown);
  const kinds = catalogue.map(({ definition }) => definition);
  const admission = redis === null ? undefined : admissionTo(redis, env, logger);
  if (admission !== undefined) shutdown.add('admission', async () => admission.stop());
  const queues = openQueues(kinds, env, redis, admission);
  for (const failed of queues.failed) {
    logger.error('A queue could not be registered; the others run', { ...failed });
  }
  if (redis !== null) {
    logger.info('Queues initialized', { queues: queues.queues.map(({ name }) => name) });
  }
  shutdown.add('queues', queues.closeAll);
  const { lanes, enqueuer, forget } = startEnqueuing(
    env,
    { kinds, queues, redis, admission },
    logger,
  );
  const common = {
    lanes,
    batchSize: env.USER_BATCH_SIZE,
    retentionDays: retentionOf(kinds, env.JOB_STATUS_RETENTION_DAYS),
    log: logger,
  };
  const producer = createProducer({ ...common, findSource, leaseMs: env.PRODUCER_LEASE_MS });
  shutdown.add('producer', producer.stop);
  shutdown.add('enqueuer', forget);

  const runViews = createRunViews();
  const administration = createAdministration({ ...common, producer, runViews });
  const queueHealth = createQueueHealth(queues);
  const cronJobs = cronJobsOf(CRON_JOBS, config, { env, producer, enqueuer, lanes, log: logger });
  const overview = createOverview({ queueHealth, listRuns: administration.listRuns });
  let restoring: AppError | null = null;
  const app = createApp({
    whyMongoAway: () => restoring,
    administration,
    overview,
    jobQueries: createJobQueries(administration, kinds),
    recommend: () => recommend(env.WORKER_CONCURRENCY),
    queueHealth,
    live: createLive({ lanes, runViews, overview }),
    numbers: readNumbers,
    enqueuer,
    producer,
    // The tokens above are not made without the secret.
    reportLinks: createReportLinks(env.JWT_SECRET ?? ''),
    whatsApp: { verifyToken: env.WHATSAPP_VERIFY_TOKEN, appSecret: env.WHATSAPP_APP_SECRET },
    ...openHttpTasks(env, enqueuer),
    ...openServiceSync(env, { producer, enqueuer, administration, runViews }),
    queueAdministration: createQueueAdministration(lanes, kinds),
    cronManager: createCronManager({
      jobs: cronJobs,
      queues,
      useQueues: mode !== 'legacy',
      enabled: config.enabled,
      slotsKeptMs: slotsKeptMs(env.JOB_STATUS_RETENTION_DAYS),
    }),
    unsubscribeLinks: createUnsubscribeLinks(env.JWT_SECRET ?? '', publicUrlOf(env)),
    cronManagerKey: env.CRON_MANAGER_API_KEY,
    kinds,
    describeKinds: () => kinds.map((kind) => describeKind(kind, env)),
    authentication: createAuthentication({
      tokens,
      loginAttemptsPerMinute: env.LOGIN_ATTEMPTS_PER_MINUTE,
    }),
    health: {
      mode,
      mongo: isMongoUp,
      redis: async () =>
        redis !== null &&
        admission?.refusal() === null &&
        (await holdsQueues(redis, env.QUEUE_PREFIX)),
      stopping: () => shutdown.stopping,
    },
    stop: shutdown.signal,
    logger,
    version: packageVersion(),
    proxies: env.TRUST_PROXY,
    corsOrigins: env.CORS_ORIGINS ?? [],
    maxEventStreams: env.MAX_EVENT_STREAMS,
  });
  shutdown.addLast('MongoDB', disconnectMongo);
  const connecting = new AbortController();
  const connected = connectMongoPatiently(
    MONGODB_URI,
    'hourwork-api',
    logger,
    connecting.signal,
    (error) => {
      restoring = isRestoring(error) ? error : null;
    },
  ).finally(() => {
    restoring = null;
  });
  // A process that takes another's place in a reload must be able to serve its first request.
  await Promise.race([Promise.all([connected, whenAdmitted(admission)]), delay(FIRST_LOOK_MS)]);
  if (redis !== null) await requireFitRedis(redis, env, logger);
  const server = await listen(app, { host: env.HOST, port: env.PORT, logger });
  shutdown.add('HTTP', () => server.stop(env.SHUTDOWN_GRACE_MS / 2));

  const begun = connected
    .then(() => (connecting.signal.aborted ? undefined : whenConnected()))
    .catch((error: unknown) => {
      logger.error('The schedules could not be started', { error });
    });
  shutdown.add('connecting', async () => {
    connecting.abort();
    await begun;
  });

  async function whenConnected(): Promise<void> {
    shutdown.add('restore watch', stopWhenRestored(logger).stop);
    await patiently(
      'Setting the default limits of queues',
      () => setDefaultLimits(kinds.map(({ queue }) => queue)),
      logger,
      connecting.signal,
    );
    if (connecting.signal.aborted) return;
    const canaries = startCanaries({
      queues: redis === null ? [] : queues.queues,
      intervalMs: env.CANARY_INTERVAL_MS,
      log: logger,
    });
    shutdown.add('canaries', canaries.stop);
    shutdown.add('clock watch', startClockWatch({ log: logger }).stop);
    shutdown.add('keeper', keepLedgers(env, { ...common, redis, admission, producer }).stop);
    if (redis !== null) {
      shutdown.add('slot outcomes', followSlotOutcomes(cronJobs, env, logger).stop);
    }
    shutdown.add('HTTP tasks in memory', startMemoryPool(env, logger).stop);
    if (env.SCHEDULES_ENABLED) {
      const schedules = await startSchedules(mode, {
        ...{ env, jobs: cronJobs, producer, enqueuer, lanes, redis, logger },
      });
      shutdown.add('schedules', schedules.stop);
    }
    await patiently(
      'Looking for absent indexes',
      () => warnOfAbsentIndexes(logger),
      logger,
      connecting.signal,
    );
    await patiently(
      'Noting the version',
      () => noteVersion('api', packageVersion()),
      logger,
      connecting.signal,
    );
    await patiently('The welcome', () => welcome(env, logger), logger, connecting.signal);
    // The first look counts all that stands failed: nobody has to wait for that.
    overview().catch(() => undefined);
  }

  return { port: server.port, logger, shutdown };
}

function isRestoring(error: unknown): error is AppError {
  return error instanceof AppError && error.code === 'DATABASE_RESTORING';
}

const MODE_LINES: Record<BackgroundMode, string> = {
  queue: 'The hourly run goes through the queue',
  legacy: 'The hourly run is the in-process batch (DAILY_UPDATES=true); the producer is off',
  off: 'The hourly run is switched off (BACKGROUND_JOBS_ENABLED or PROCESS_USER_DATA is false)',
};

const NO_SCHEDULES_LINE =
  'This process runs no schedules (SCHEDULES_ENABLED=false); npm run start:scheduler does';

function openRedis(env: Env, logger: Logger, shutdown: ShutdownList): RedisConnection | null {
  if (!isRedisConfigured(env)) {
    logger.warn('Redis not configured: what needs the queue answers 503. Set REDIS_URL.');
    return null;
  }
  const redis = connectRedis(env, 'producer', logger);
  shutdown.add('Redis', async () => redis.disconnect());
  return redis;
}

/** Settles when the queues can be used; never rejects. */
async function whenAdmitted(admission: Admission | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    if (admission === undefined) resolve();
    else admission.onAdmitted(resolve);
  });
}

/** What a first start does, and what people should be told once. */
async function welcome(env: Env, logger: Logger): Promise<void> {
  if (env.ADMIN_EMAIL !== undefined && env.ADMIN_PASSWORD !== undefined) {
    const made = await ensureAdmin({ email: env.ADMIN_EMAIL, password: env.ADMIN_PASSWORD });
    if (made) logger.info('The first admin account was made', { email: env.ADMIN_EMAIL });
  }
  const warning = await parametersWarning(env.SCORING_PARAMS);
  if (warning !== null) logger.warn(warning);
}
