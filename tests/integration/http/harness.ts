import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Express } from 'express';
import mongoose from 'mongoose';
import request from 'supertest';
import { vi } from 'vitest';
import { createApp } from '../../../server/api/app.ts';
import { openHttpTasks } from '../../../server/composition/httpTasks.ts';
import { openServiceSync } from '../../../server/composition/serviceSync.ts';
import { backgroundJobsConfig } from '../../../server/config/config.ts';
import { type Env, parseSettings } from '../../../server/config/env.ts';
import { connectMongo, disconnectMongo, isMongoUp } from '../../../server/config/mongoConn.ts';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { AccountModel, type Role } from '../../../server/models/AccountModel.ts';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { NumbersModel } from '../../../server/models/system/NumbersModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { createAccount } from '../../../server/Services/Auth/accounts.ts';
import { createAuthentication } from '../../../server/Services/Auth/authentication.ts';
import { createTokens } from '../../../server/Services/Auth/tokens.ts';
import { createAdministration } from '../../../server/Services/BackgroundJobs/admin/createAdministration.ts';
import { createCronManager } from '../../../server/Services/BackgroundJobs/admin/cronManager.ts';
import { createJobQueries } from '../../../server/Services/BackgroundJobs/admin/jobQueries.ts';
import { describeKind } from '../../../server/Services/BackgroundJobs/admin/kinds.ts';
import { createQueueAdministration } from '../../../server/Services/BackgroundJobs/admin/queueAdministration.ts';
import { recommend } from '../../../server/Services/BackgroundJobs/admin/recommendation.ts';
import { createRunViews } from '../../../server/Services/BackgroundJobs/admin/runViews.ts';
import { CRON_JOBS } from '../../../server/Services/BackgroundJobs/cronJobs.ts';
import { createEnqueuer } from '../../../server/Services/BackgroundJobs/enqueuing/enqueuer.ts';
import {
  laneSettings,
  openLanes,
} from '../../../server/Services/BackgroundJobs/enqueuing/lanes.ts';
import { createQueueHealth } from '../../../server/Services/BackgroundJobs/health/queueHealth.ts';
import {
  USER_DATA,
  userDataJob,
} from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { readNumbers } from '../../../server/Services/BackgroundJobs/numbers/readNumbers.ts';
import { flushTallies } from '../../../server/Services/BackgroundJobs/numbers/tally.ts';
import { createOverview } from '../../../server/Services/BackgroundJobs/overview/overview.ts';
import { createProducer } from '../../../server/Services/BackgroundJobs/producer.ts';
import type { JobKind } from '../../../server/Services/BackgroundJobs/queues/jobDefinition.ts';
import type { JobQueue } from '../../../server/Services/BackgroundJobs/queues/jobQueue.ts';
import { removeKeys } from '../../../server/Services/BackgroundJobs/queues/prefixKeys.ts';
import { openQueues } from '../../../server/Services/BackgroundJobs/queues/queueManager.ts';
import { findSource } from '../../../server/Services/BackgroundJobs/runs/sources.ts';
import { cronJobsOf } from '../../../server/Services/BackgroundJobs/scheduling/cronJob.ts';
import { createLive } from '../../../server/Services/BackgroundJobs/watching/live.ts';
import { createUnsubscribeLinks } from '../../../server/Services/Mail/unsubscribeLinks.ts';
import { createReportLinks } from '../../../server/Services/Reports/reportLinks.ts';
import { type LogLine, recordingLogger } from '../recordingLogger.ts';
import { openRelay, type Relay } from '../relay.ts';

const MONGODB_URI = process.env.TEST_MONGODB_URI ?? 'mongodb://127.0.0.1:27500';
const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:16399';

export const PASSWORD = 'a-long-test-password';
export const JWT_SECRET = 'a-secret-of-the-tests-with-32-bytes-and-more';
/** The one user that stands behind the account of the role `user`. */
export const OWN_USER = '00001';
export const USERS = ['00001', '00002', '00003', '00004', '00005'];

/** The API over real services, each behind a relay of its own, with three accounts and five users. */
export interface Harness {
  app: Express;
  env: Env;
  queue: JobQueue;
  mongo: Relay;
  redis: Relay;
  /** Every line logged so far. */
  lines: LogLine[];
  tokens: Record<Role, string>;
  /** ObjectIds by externalId. */
  userIds: Record<string, string>;
  stopping: { now: boolean };
  /** As when the process has been told to stop. */
  beginToStop(): void;
  get(path: string, as?: Role): request.Test;
  post(path: string, as?: Role): request.Test;
  delete(path: string, as?: Role): request.Test;
  stop(): Promise<void>;
}

async function relayTo(url: string): Promise<{ relay: Relay; relayed: URL }> {
  const relayed = new URL(url);
  const relay = await openRelay({ host: relayed.hostname, port: Number(relayed.port) });
  relayed.hostname = '127.0.0.1';
  relayed.port = String(relay.port);
  return { relay, relayed };
}

async function makeUsers(): Promise<Record<string, string>> {
  const users = await UserModel.insertMany(
    USERS.map((externalId) => ({
      externalId,
      email: `${externalId}@example.com`,
      timezone: 'UTC',
      active: true,
    })),
  );
  return Object.fromEntries(users.map(({ externalId, _id }) => [externalId, _id.toString()]));
}

async function makeAccounts(app: Express): Promise<Record<Role, string>> {
  async function tokenOf(role: Role): Promise<string> {
    const email = `${role}@example.com`;
    const user = role === 'user' ? OWN_USER : undefined;
    await createAccount({ email, password: PASSWORD, role, user });
    const answer = await request(app).post('/app/auth/login').send({ email, password: PASSWORD });
    return answer.body.token;
  }
  return {
    admin: await tokenOf('admin'),
    viewer: await tokenOf('viewer'),
    user: await tokenOf('user'),
  };
}

/** Starts it, on a database and a queue that nothing else uses. */
export async function startHarness(
  settings: Readonly<Record<string, string>> = {},
  kinds: readonly JobKind[] = [userDataJob],
): Promise<Harness> {
  const name = `http-${randomUUID().slice(0, 8)}`;
  const mongo = await relayTo(settings.MONGODB_URI ?? MONGODB_URI);
  const redis = await relayTo(REDIS_URL);
  mongo.relayed.pathname = `/${name}`;
  mongo.relayed.searchParams.set('directConnection', 'true');

  const env = parseSettings({
    REDIS_URL: redis.relayed.href,
    QUEUE_PREFIX: `{${name}}`,
    JWT_SECRET,
    ...settings,
  });
  await connectMongo({ uri: mongo.relayed.href });
  for (const model of [UserModel, AccountModel, RunModel, JobStatusModel, NumbersModel]) {
    await model.createIndexes();
  }

  const lines: LogLine[] = [];
  const logger = recordingLogger(lines);
  const redisConnection = connectRedis(env, 'producer', logger);
  const queues = openQueues(kinds, env, redisConnection);
  const queue = queues.queue(USER_DATA);
  const batchSize = env.USER_BATCH_SIZE;
  const retentionDays = () => env.JOB_STATUS_RETENTION_DAYS;
  const lanes = openLanes(queues, laneSettings(env, kinds));
  const producer = createProducer({
    lanes,
    findSource,
    batchSize,
    leaseMs: env.PRODUCER_LEASE_MS,
    retentionDays,
    log: logger,
  });
  const runViews = createRunViews();
  const administration = createAdministration({
    producer,
    runViews,
    lanes,
    batchSize,
    retentionDays,
    log: logger,
  });

  const enqueuer = createEnqueuer({ lanes, batchSize, horizonMs: 60_000, log: logger });
  const stopping = { now: false };
  const stop = new AbortController();
  // As that of the process: each stream of events listens to it.
  setMaxListeners(0, stop.signal);
  const queueHealth = createQueueHealth(queues);
  const overview = createOverview({ queueHealth, listRuns: administration.listRuns });
  const app = createApp({
    administration,
    overview,
    jobQueries: createJobQueries(administration, kinds),
    recommend: () => recommend(env.WORKER_CONCURRENCY),
    queueHealth,
    live: createLive({ lanes, runViews, overview }),
    numbers: readNumbers,
    enqueuer,
    ...openHttpTasks(env, enqueuer),
    ...openServiceSync(env, { producer, enqueuer, administration, runViews }),
    producer,
    reportLinks: createReportLinks(JWT_SECRET),
    whatsApp: { verifyToken: env.WHATSAPP_VERIFY_TOKEN, appSecret: env.WHATSAPP_APP_SECRET },
    queueAdministration: createQueueAdministration(lanes, kinds),
    kinds,
    describeKinds: () => kinds.map((kind) => describeKind(kind, env)),
    cronManager: createCronManager({
      jobs: cronJobsOf(CRON_JOBS, backgroundJobsConfig(env), {
        ...{ env, producer, enqueuer, lanes, log: logger },
      }),
      queues,
      useQueues: true,
      enabled: env.BACKGROUND_JOBS_ENABLED,
      slotsKeptMs: 86_400_000,
    }),
    unsubscribeLinks: createUnsubscribeLinks(JWT_SECRET, 'http://hourwork.test'),
    cronManagerKey: env.CRON_MANAGER_API_KEY,
    authentication: createAuthentication({
      tokens: createTokens({ secret: env.JWT_SECRET, ttlMinutes: env.JWT_TTL_MINUTES }),
      loginAttemptsPerMinute: env.LOGIN_ATTEMPTS_PER_MINUTE,
    }),
    health: {
      mode: 'queue',
      mongo: () => isMongoUp(),
      redis: async () => (await redisConnection.ping()) === 'PONG',
      stopping: () => stopping.now,
    },
    stop: stop.signal,
    logger,
    version: '0.0.0-test',
    proxies: env.TRUST_PROXY,
    corsOrigins: env.CORS_ORIGINS ?? [],
    maxEventStreams: env.MAX_EVENT_STREAMS,
  });
  await vi.waitFor(() => queue.pendingCounts(), 5_000);

  const userIds = await makeUsers();
  const tokens = await makeAccounts(app);
  const authorized = (test: request.Test, role?: Role) =>
    role === undefined ? test : test.set('Authorization', `Bearer ${tokens[role]}`);

  return {
    app,
    env,
    queue,
    mongo: mongo.relay,
    redis: redis.relay,
    lines,
    tokens,
    userIds,
    stopping,
    beginToStop: () => stop.abort(),
    get: (path, role) => authorized(request(app).get(path), role),
    post: (path, role) => authorized(request(app).post(path), role),
    delete: (path, role) => authorized(request(app).delete(path), role),
    async stop() {
      await producer.stop();
      // After an outage that a test made it may still be on its way back.
      await vi.waitFor(() => removeKeys(redisConnection, `{${name}}`), 10_000);
      await queue.close();
      redisConnection.disconnect();
      await flushTallies();
      await mongoose.connection.dropDatabase();
      await disconnectMongo();
      await Promise.all([mongo.relay.close(), redis.relay.close()]);
    },
  };
}
