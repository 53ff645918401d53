import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { startConsuming } from '../../../server/composition/consuming.ts';
import { ShutdownList } from '../../../server/composition/shutdown.ts';
import { connectRedis, type RedisConnection } from '../../../server/config/queueRedisConn.ts';
import { WorkerModel } from '../../../server/models/system/WorkerModel.ts';
import {
  userDataJob,
  userDataJobId,
} from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { recordingLogger } from '../recordingLogger.ts';
import { openRelay, type Relay } from '../relay.ts';
import { SILENT, useInstallation } from './installation.ts';
import { ADMITTED } from './testWorker.ts';

const installation = useInstallation({ WORKER_HEARTBEAT_MS: '50' });
const { env, queue } = installation;
let relay: Relay;
let redis: RedisConnection;

beforeAll(async () => {
  const { hostname, port } = new URL(env.REDIS_URL ?? '');
  relay = await openRelay({ host: hostname, port: Number(port) });
});
afterAll(() => relay.close());
afterEach(async () => {
  await relay.restore();
  redis.disconnect();
  await WorkerModel.deleteMany({});
});

/** A whole worker with one job at work, which takes so long. */
async function workerAtWork(jobMs: number): Promise<{ shutdown: ShutdownList; jobId: string }> {
  redis = connectRedis({ ...env, REDIS_URL: `redis://127.0.0.1:${relay.port}` }, 'worker', SILENT);
  const logger = recordingLogger([]);
  const shutdown = new ShutdownList(logger);
  const work = async () => wait(jobMs, 'done');
  const loaded = [{ queue: userDataJob.queue, jobs: [{ definition: userDataJob, work }] }];
  startConsuming({ env, loaded, failed: [], redis, admission: ADMITTED, logger, shutdown });
  const [userId = ''] = await installation.makeUsers(1);
  const { runId } = await installation.producer.enqueueUser(userId);
  const jobId = userDataJobId(runId, userId);
  await vi.waitFor(async () => expect(await queue.places([jobId])).toEqual(['active']));
  await vi.waitFor(async () => expect(await WorkerModel.countDocuments()).toBe(1));
  return { shutdown, jobId };
}

it('a worker says farewell when its last job has ended and is recorded, not before', async () => {
  const { shutdown, jobId } = await workerAtWork(300);
  await shutdown.stop();
  const { status, finishedAt } = await installation.job(jobId);
  expect(status).toBe('completed');
  const [worker] = await WorkerModel.find().lean();
  expect(worker?.farewellAt?.getTime()).toBeGreaterThanOrEqual(finishedAt?.getTime() ?? Infinity);
});

it('a worker that has to leave a job behind says none, so that the reconciler is told of it', async () => {
  const { shutdown } = await workerAtWork(60_000);
  await relay.cut();
  await shutdown.stop();
  const [worker] = await WorkerModel.find().lean();
  expect(worker?.farewellAt).toBeNull();
});
