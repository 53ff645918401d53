import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { afterAll, beforeAll } from 'vitest';
import { projectDir } from '../../../scripts/project.mjs';
import { type Env, parseSettings } from '../../../server/config/env.ts';
import { connectMongo, disconnectMongo } from '../../../server/config/mongoConn.ts';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { ensureIndexes } from '../../../server/models/indexes.ts';
import { provideEnqueuer } from '../../../server/Services/BackgroundJobs/enqueue.ts';
import {
  createEnqueuer,
  type Enqueuer,
  horizonOf,
} from '../../../server/Services/BackgroundJobs/enqueuing/enqueuer.ts';
import {
  laneSettings,
  openLanes,
} from '../../../server/Services/BackgroundJobs/enqueuing/lanes.ts';
import { catalogue } from '../../../server/Services/BackgroundJobs/queues/catalogue.ts';
import { removeKeys } from '../../../server/Services/BackgroundJobs/queues/prefixKeys.ts';
import { openQueues } from '../../../server/Services/BackgroundJobs/queues/queueManager.ts';
import { reconcile } from '../../../server/Services/BackgroundJobs/reconciling/reconciler.ts';
import { importCommerce } from '../../../server/Services/Commerce/sample/importCommerce.ts';
import { environmentOf } from '../../environmentOf.ts';
import { SILENT } from '../core/installation.ts';

const MONGODB_URI = process.env.TEST_MONGODB_URI ?? 'mongodb://127.0.0.1:27500';
const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:16399';

interface Wholesale {
  readonly env: Env;
  readonly enqueuer: Enqueuer;
  /** Starts a worker process of these queues, as it is installed. */
  startWorker(queues: readonly string[]): ChildProcess;
  /** One pass of the reconciler, which the API's process makes: it ends what a killed worker left. */
  reconcile(): Promise<void>;
}

const RECONCILE_GRACE_MS = 1_000;

/** The wholesale business with its sample, over a database and a queue prefix of its own. */
export function useWholesale(settings: Record<string, string> = {}): Wholesale {
  const name = `trade-${randomUUID().slice(0, 8)}`;
  const given = {
    REDIS_URL,
    MONGODB_URI: `${MONGODB_URI}/${name}`,
    QUEUE_PREFIX: `{${name}}`,
    JOB_RETRY_DELAY_MS: '50',
    WORKER_LOCK_MS: '1000',
    WORKER_STALLED_CHECK_MS: '500',
    SHUTDOWN_GRACE_MS: '500',
    LOG_LEVEL: 'error',
    ...settings,
  };
  const env = parseSettings(given);
  const redis = connectRedis(env, 'producer', SILENT);
  const kinds = catalogue.map(({ definition }) => definition);
  const queues = openQueues(kinds, env, redis);
  const lanes = openLanes(queues, laneSettings(env, kinds));
  const batchSize = env.USER_BATCH_SIZE;
  const enqueuer = createEnqueuer({
    lanes,
    batchSize,
    horizonMs: horizonOf(env),
    log: SILENT,
  });
  const workers: ChildProcess[] = [];
  let forget = () => {};

  beforeAll(async () => {
    await connectMongo({ uri: given.MONGODB_URI });
    await ensureIndexes();
    await importCommerce();
    forget = provideEnqueuer(enqueuer);
  });
  afterAll(async () => {
    for (const worker of workers) worker.kill('SIGKILL');
    forget();
    await removeKeys(redis, env.QUEUE_PREFIX);
    await queues.closeAll();
    redis.disconnect();
    await mongoose.connection.dropDatabase();
    await disconnectMongo();
  });

  return {
    env,
    enqueuer,
    startWorker(only) {
      const script = join(projectDir, 'dist/server/Services/BackgroundJobs/worker.js');
      const worker = spawn(process.execPath, [script], {
        cwd: projectDir,
        env: environmentOf({ ...given, WORKER_QUEUES: only.join(',') }),
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      workers.push(worker);
      return worker;
    },
    async reconcile() {
      await reconcile({
        ...{ lanes, batchSize, log: SILENT },
        graceMs: RECONCILE_GRACE_MS,
        retentionDays: () => env.JOB_STATUS_RETENTION_DAYS,
      });
    },
  };
}
