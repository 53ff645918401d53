import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { QueueModel } from '../../../server/models/system/QueueModel.ts';
import { WorkerModel } from '../../../server/models/system/WorkerModel.ts';
import { startHeartbeat } from '../../../server/Services/BackgroundJobs/consuming/heartbeat.ts';
import { noteCanarySent } from '../../../server/Services/BackgroundJobs/health/flow.ts';
import { recordingLogger } from '../recordingLogger.ts';
import { type Harness, startHarness } from './harness.ts';

const PATH = '/api/v1/queue/health';

let api: Harness;
beforeAll(async () => {
  api = await startHarness();
});
afterAll(() => api.stop());
beforeEach(async () => {
  await Promise.all([WorkerModel.deleteMany({}), QueueModel.deleteMany({})]);
});

/** A sign of life of a worker of this name, in which it says farewell or not. */
async function workerShown(name: string, failedQueues: { queue: string; reason: string }[] = []) {
  const heartbeat = startHeartbeat({
    name,
    instance: '3',
    version: '1.2.3',
    queues: failedQueues.length > 0 ? [] : ['user-data'],
    failedQueues,
    runningJobs: () => 2,
    intervalMs: 60_000,
    log: recordingLogger([]),
  });
  await vi.waitFor(async () => expect(await WorkerModel.exists({ _id: name })).toBeTruthy());
  return heartbeat;
}

const health = async (status: number) => (await api.get(PATH, 'admin').expect(status)).body;

it('is for admins', async () => {
  await api.get(PATH).expect(401);
  await api.get(PATH, 'viewer').expect(403);
  await api.get(PATH, 'user').expect(403);
  await api.get(`${PATH}?colour=red`, 'admin').expect(400);
});

it('is 503 and down when nobody consumes', async () => {
  expect(await health(503)).toMatchObject({
    status: 'down',
    reasons: ['No worker consumes user-data, where 0 jobs wait: start one.'],
    redis: 'up',
    workers: [],
  });
});

it('is ok with a worker, and shows the queue and who works on it', async () => {
  const heartbeat = await workerShown('host:7');
  expect(await health(200)).toEqual({
    status: 'ok',
    reasons: [],
    redis: 'up',
    queues: [
      {
        queue: 'user-data',
        status: 'ok',
        reasons: [],
        waiting: 0,
        active: 0,
        delayed: 0,
        paused: false,
        oldestWaitingMs: null,
        lastCompletedAt: null,
        workers: 1,
        canary: null,
      },
    ],
    workers: [
      {
        worker: 'host:7',
        host: expect.any(String),
        pid: process.pid,
        instance: '3',
        version: '1.2.3',
        queues: ['user-data'],
        failedQueues: [],
        runningJobs: 2,
        memoryBytes: expect.any(Number),
        startedAt: expect.any(String),
        lastSeenAt: expect.any(String),
      },
    ],
  });
  await heartbeat.stop(true);
  expect((await health(503)).workers).toEqual([]);
});

it('is down when jobs flow to nobody although a worker is there', async () => {
  const heartbeat = await workerShown('host:7');
  await noteCanarySent('user-data', new Date(Date.now() - 60_000));
  const { reasons } = await health(503);
  expect(reasons).toEqual([expect.stringContaining('has not come back')]);
  await heartbeat.stop(true);
});

it('is degraded when one of the workers could not register the queue', async () => {
  const well = await workerShown('host:7');
  const failing = await workerShown('host:8', [{ queue: 'user-data', reason: 'no such module' }]);
  expect(await health(200)).toMatchObject({
    status: 'degraded',
    reasons: ['Worker host:8 could not register user-data: no such module'],
  });
  await Promise.all([well.stop(true), failing.stop(true)]);
});

it('is 503 within a second while Redis is away, and says so', async () => {
  const heartbeat = await workerShown('host:7');
  await api.redis.cut();
  const began = Date.now();
  expect(await health(503)).toMatchObject({
    status: 'down',
    reasons: ['Redis is away: no job can be added or taken.'],
    redis: 'down',
    queues: [{ waiting: null, paused: null, workers: 1 }],
  });
  expect(Date.now() - began).toBeLessThan(1_000);
  await api.redis.restore();
  await vi.waitFor(() => health(200), 5_000);
  await heartbeat.stop(true);
});
