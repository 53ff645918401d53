import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../../scripts/services/ports.mjs';
import { startWorker } from '../../../server/composition/worker.ts';
import { type Env, parseSettings } from '../../../server/config/env.ts';
import { connectMongo, disconnectMongo } from '../../../server/config/mongoConn.ts';
import { connectRedis, type RedisConnection } from '../../../server/config/queueRedisConn.ts';
import { WorkerModel } from '../../../server/models/system/WorkerModel.ts';
import { userDataJob } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { type Catalogue, entry } from '../../../server/Services/BackgroundJobs/queues/catalogue.ts';
import { removeKeys } from '../../../server/Services/BackgroundJobs/queues/prefixKeys.ts';
import { openQueues } from '../../../server/Services/BackgroundJobs/queues/queueManager.ts';
import { SILENT } from './installation.ts';

const MONGODB_URI = process.env.TEST_MONGODB_URI ?? 'mongodb://127.0.0.1:27500';
const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:16399';

/** A kind of job beside the product's own. */
function kind(
  name: string,
  { options = userDataJob.options, concurrency = 3 } = {},
): Catalogue[number] {
  const queue = { name, concurrency: () => concurrency };
  return entry({ ...userDataJob, kind: name, queue, options }, async () => async () => 'done');
}

const well = kind('well');
const withoutOptions = kind('without-options', {
  options() {
    throw new Error('MAIL_HOST is not set');
  },
});
const withoutSlots = kind('without-slots', { concurrency: 0 });

let env: Env;
let redis: RedisConnection;
let port: number;
beforeAll(async () => {
  const name = `registered-${randomUUID().slice(0, 8)}`;
  port = await freePort(36_000);
  env = parseSettings({
    REDIS_URL,
    MONGODB_URI: `${MONGODB_URI}/${name}`,
    QUEUE_PREFIX: `{${name}}`,
    WORKER_HEALTH_PORT: String(port),
    LOG_LEVEL: 'error',
    SHUTDOWN_GRACE_MS: '1000',
  });
  redis = connectRedis(env, 'worker', SILENT);
});
afterAll(async () => {
  await connectMongo({ uri: env.MONGODB_URI ?? '' });
  await mongoose.connection.dropDatabase();
  await disconnectMongo();
  await removeKeys(redis, env.QUEUE_PREFIX);
  redis.disconnect();
});

describe('a worker', () => {
  let worker: Awaited<ReturnType<typeof startWorker>>;
  afterEach(() => worker.shutdown.stop());

  /** Its heartbeat and its probe, once it consumes. */
  async function seen(catalogue: Catalogue) {
    worker = await startWorker({ env, catalogue });
    return vi.waitFor(
      async () => {
        const heartbeat = await WorkerModel.findOne({ farewellAt: null }).lean();
        const answer = await fetch(`http://127.0.0.1:${port}/health/ready`);
        const { checks } = (await answer.json()) as { checks: Record<string, unknown> };
        expect(heartbeat).not.toBeNull();
        expect(checks).toMatchObject({ process: 'running', redis: 'up', mongodb: 'up' });
        return { heartbeat, ready: answer.status, checks };
      },
      { timeout: 15_000, interval: 50 },
    );
  }

  it('takes the jobs of the queues that could be registered, and tells of the others', async () => {
    const { heartbeat, ready, checks } = await seen([withoutOptions, well, withoutSlots]);
    const failedQueues = [
      { queue: 'without-options', reason: 'MAIL_HOST is not set' },
      { queue: 'without-slots', reason: expect.stringContaining('concurrency') },
    ];
    expect(heartbeat).toMatchObject({ queues: ['well'], failedQueues });
    expect(checks).toMatchObject({ queues: ['well'], failedQueues });
    expect(ready).toBe(200);
  });

  it.each([
    ['its settings are not there', withoutOptions, 'MAIL_HOST is not set'],
    [
      'its processor cannot be loaded',
      { ...well, load: () => Promise.reject(new Error('no such module')) },
      'no such module',
    ],
  ])(
    'whose only queue fails because %s lives to tell why, and is not ready',
    async (_, only, reason) => {
      const { heartbeat, ready, checks } = await seen([only]);
      const failedQueues = [{ queue: only.definition.kind, reason }];
      expect(heartbeat).toMatchObject({ queues: [], failedQueues });
      expect(checks).toMatchObject({ queues: [], failedQueues });
      expect(ready).toBe(503);
    },
  );
});

describe('the queues of an API', () => {
  it('are opened independently, and one that fails says so itself', async () => {
    const definitions = [withoutOptions, well].map(({ definition }) => definition);
    const queues = openQueues(definitions, env, redis);
    const failed = { queue: 'without-options', reason: 'MAIL_HOST is not set' };
    expect(queues.failed).toEqual([failed]);
    expect(await queues.queue('well').pendingCounts()).toMatchObject({ waiting: 0 });
    await expect(queues.queue('without-options').pendingCounts()).rejects.toThrow(failed.reason);
    expect(() => queues.queue('unknown')).toThrow('"unknown"');
    await queues.closeAll();
  });

  it('are each looked at: an error of one is not the others’', async () => {
    const other = kind('other');
    const queues = openQueues(
      [withoutOptions, well, other].map(({ definition }) => definition),
      env,
      redis,
    );
    await redis.set(`${env.QUEUE_PREFIX}:well:wait`, 'not a list');
    const stats = await queues.getAllQueueStats();
    await redis.del(`${env.QUEUE_PREFIX}:well:wait`);
    await queues.closeAll();
    expect(stats).toMatchObject([
      { queue: 'without-options', numbers: null, redis: 'up' },
      {
        queue: 'well',
        numbers: null,
        redis: 'up',
        reason: expect.stringContaining('WRONGTYPE'),
      },
      { queue: 'other', numbers: { waiting: 0, active: 0, atWork: { locked: 0, lockless: 0 } } },
    ]);
  });
});
