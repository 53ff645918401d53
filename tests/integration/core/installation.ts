import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { afterAll, beforeAll, vi } from 'vitest';
import { type Env, parseSettings } from '../../../server/config/env.ts';
import { connectMongo, disconnectMongo } from '../../../server/config/mongoConn.ts';
import { connectRedis, type RedisConnection } from '../../../server/config/queueRedisConn.ts';
import { ensureIndexes } from '../../../server/models/indexes.ts';
import { type JobStatusDoc, JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import type { Administration } from '../../../server/Services/BackgroundJobs/admin/administration.ts';
import { createAdministration } from '../../../server/Services/BackgroundJobs/admin/createAdministration.ts';
import type { JobLog } from '../../../server/Services/BackgroundJobs/consuming/jobLog.ts';
import {
  type Lane,
  type Lanes,
  lanesOf,
} from '../../../server/Services/BackgroundJobs/enqueuing/lanes.ts';
import {
  createOutbox,
  type Outbox,
} from '../../../server/Services/BackgroundJobs/enqueuing/outbox.ts';
import {
  USER_DATA,
  userDataJob,
  userDataJobId,
} from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { flushTallies } from '../../../server/Services/BackgroundJobs/numbers/tally.ts';
import { createProducer, type Producer } from '../../../server/Services/BackgroundJobs/producer.ts';
import { openQueue } from '../../../server/Services/BackgroundJobs/queue.ts';
import type { JobQueue } from '../../../server/Services/BackgroundJobs/queues/jobQueue.ts';
import { removeKeys } from '../../../server/Services/BackgroundJobs/queues/prefixKeys.ts';
import { optionsOfKinds } from '../../../server/Services/BackgroundJobs/queues/queueManager.ts';
import {
  type Reconciliation,
  reconcile,
} from '../../../server/Services/BackgroundJobs/reconciling/reconciler.ts';
import type { RunView } from '../../../server/Services/BackgroundJobs/runs/balance.ts';
import { openRuns, sealIfFinished } from '../../../server/Services/BackgroundJobs/runs/seal.ts';
import { findSource } from '../../../server/Services/BackgroundJobs/runs/sources.ts';
import {
  type StartedWorker,
  startTestWorker,
  type UserDataWork,
  type WorkerOverrides,
} from './testWorker.ts';

const MONGODB_URI = process.env.TEST_MONGODB_URI ?? 'mongodb://127.0.0.1:27500';
const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:16399';

/** The parts of an installation, over a database and a queue prefix that nothing else uses. */
export interface Installation {
  readonly env: Env;
  readonly queue: JobQueue;
  readonly outbox: Outbox;
  /** Both as the core is given them. */
  readonly lane: Lane;
  readonly lanes: Lanes;
  readonly producer: Producer;
  readonly administration: Administration;
  /** The producer's connection, and the names under which this installation is found. */
  readonly redis: RedisConnection;
  readonly mongoUri: string;
  /** The key of the queue's part of this name: of a job, or of a place where jobs are. */
  keyOf(name: string): string;
  /** Starts a worker with a processor of the test's own. */
  startWorker(processor: UserDataWork, overrides?: WorkerOverrides): Promise<StartedWorker>;
  makeUsers(count: number): Promise<string[]>;
  /** Makes users, and begins a run of theirs. */
  newRun(users: number): Promise<{ runId: string; jobIds: string[] }>;
  reconcile(): Promise<Reconciliation>;
  /** The run as an admin sees it; throws when its ledger does not balance. */
  balancedRun(runId: string): Promise<RunView>;
  /** Waits until the run, sealed on the way, is in this state. */
  runIn(status: RunView['status'], runId: string): Promise<RunView>;
  /** Seals what is finished, as the keeper does each second. */
  seal(): Promise<void>;
  job(jobId: string): Promise<JobStatusDoc>;
  /** Waits until the job's record is in this state. */
  jobIn(status: JobStatusDoc['status'], jobId: string): Promise<JobStatusDoc>;
  /** Redis loses everything of this installation. */
  wipeRedis(): Promise<void>;
}

const quiet = () => undefined;
export const SILENT: JobLog = { debug: quiet, info: quiet, warn: quiet, error: quiet };

async function makeUsers(count: number): Promise<string[]> {
  const users = await UserModel.insertMany(
    Array.from({ length: count }, () => {
      const externalId = randomUUID();
      return { externalId, email: `${externalId}@example.com`, timezone: 'UTC', active: true };
    }),
  );
  return users.map(({ _id }) => _id.toHexString());
}

/** Sets one up for the suite and removes every trace of it at the end. */
export function useInstallation(
  settings: Record<string, string> = {},
  /** The way to MongoDB: another than the straight one for a test that cuts it. */
  reachMongo: (uri: string) => Promise<string> = (uri) => Promise.resolve(uri),
): Installation {
  const name = `core-${randomUUID().slice(0, 8)}`;
  const env = parseSettings({
    REDIS_URL,
    QUEUE_PREFIX: `{${name}}`,
    JOB_RETRY_DELAY_MS: '50',
    WORKER_LOCK_MS: '1000',
    WORKER_STALLED_CHECK_MS: '500',
    SHUTDOWN_GRACE_MS: '500',
    USER_JOB_DEADLINE_MS: '2000',
    ...settings,
  });
  const redis = connectRedis(env, 'producer', SILENT);
  const queue = openQueue(USER_DATA, optionsOfKinds([userDataJob], env), redis, {
    prefix: env.QUEUE_PREFIX,
    keepFinishedMs: env.REDIS_KEEP_FINISHED_MS,
  });
  const outbox = createOutbox({ queue, duplicateRetentionDays: env.DUPLICATE_RETENTION_DAYS });
  const lane: Lane = {
    ...{ queue, outbox },
    retentionDays: () => env.JOB_STATUS_RETENTION_DAYS,
    duplicateRetentionDays: env.DUPLICATE_RETENTION_DAYS,
  };
  const lanes = lanesOf([lane]);
  const common = {
    lanes,
    findSource,
    batchSize: env.USER_BATCH_SIZE,
    retentionDays: () => env.JOB_STATUS_RETENTION_DAYS,
    log: SILENT,
  };
  const producer = createProducer({ ...common, leaseMs: env.PRODUCER_LEASE_MS });
  const administration = createAdministration({ ...common, producer });
  const mongoUri = `${MONGODB_URI}/${name}`;
  const cleanUps: (() => Promise<unknown>)[] = [];

  async function wipeRedis(): Promise<void> {
    await removeKeys(redis, env.QUEUE_PREFIX);
  }

  async function seal(): Promise<void> {
    for (const run of await openRuns()) await sealIfFinished(run, common.retentionDays);
  }

  async function balancedRun(runId: string): Promise<RunView> {
    const run = await administration.getRun(runId);
    if (!run.balanced) throw new Error(`Out of balance: ${JSON.stringify(run)}`);
    return run;
  }

  async function job(jobId: string): Promise<JobStatusDoc> {
    const record = await JobStatusModel.findById(jobId).lean<JobStatusDoc>();
    if (record === null) throw new Error(`There is no record of ${jobId}.`);
    return record;
  }

  beforeAll(async () => {
    await connectMongo({ uri: await reachMongo(mongoUri) });
    await ensureIndexes();
    await vi.waitFor(() => redis.ping());
  });
  afterAll(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
    await producer.stop();
    await wipeRedis();
    await queue.close();
    redis.disconnect();
    await flushTallies();
    await mongoose.connection.dropDatabase();
    await disconnectMongo();
  });

  return {
    env,
    queue,
    outbox,
    lane,
    lanes,
    producer,
    administration,
    redis,
    mongoUri,
    keyOf: (name) => `${env.QUEUE_PREFIX}:${queue.name}:${name}`,
    async startWorker(processor, overrides) {
      const worker = await startTestWorker({ env, log: SILENT }, processor, overrides);
      cleanUps.push(worker.stop);
      return worker;
    },
    makeUsers,
    async newRun(users) {
      const userIds = await makeUsers(users);
      const { runId } = await producer.enqueueUsers(userIds);
      return { runId, jobIds: userIds.map((userId) => userDataJobId(runId, userId)) };
    },
    reconcile: () => reconcile({ ...common, graceMs: 0 }),
    balancedRun,
    runIn: (status, runId) =>
      vi.waitFor(
        async () => {
          await seal();
          const run = await balancedRun(runId);
          if (run.status !== status) throw new Error(`${runId} is ${run.status}.`);
          return run;
        },
        { timeout: 30_000, interval: 50 },
      ),
    seal,
    job,
    jobIn: (status, jobId) =>
      vi.waitFor(
        async () => {
          const record = await job(jobId);
          if (record.status !== status) throw new Error(`${jobId} is ${record.status}.`);
          return record;
        },
        { timeout: 20_000, interval: 20 },
      ),
    wipeRedis,
  };
}
