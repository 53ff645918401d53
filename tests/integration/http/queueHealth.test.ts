import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { QueueModel } from '../../../server/models/system/QueueModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { WorkerModel } from '../../../server/models/system/WorkerModel.ts';
import { startHeartbeat } from '../../../server/Services/BackgroundJobs/consuming/heartbeat.ts';
import {
  noteCanaryReturn,
  noteCanarySent,
  noteCompletion,
} from '../../../server/Services/BackgroundJobs/health/flow.ts';
import { recordingLogger } from '../recordingLogger.ts';
import { type Harness, startHarness } from './harness.ts';
import { makeJob, makeRun } from './records.ts';

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
    registered: () => ({
      queues: failedQueues.length > 0 ? [] : ['user-data'],
      failed: failedQueues,
    }),
    runningJobs: () => 2,
    isQuiet: () => false,
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

it('is degraded while this machine’s clock stands before the newest run', async () => {
  const heartbeat = await workerShown('host:7');
  await makeRun({ _id: 'm-ahead', runSeq: 1e9, startedAt: new Date(Date.now() + 600_000) });
  const { status, reasons } = await health(200);
  await RunModel.deleteOne({ _id: 'm-ahead' });
  expect(status).toBe('degraded');
  expect(reasons).toEqual([expect.stringMatching(/clock stands (600|599) s before .*m-ahead/)]);
  await heartbeat.stop(true);
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
        completed: 0,
        failed: 0,
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
        quiet: false,
        asked: null,
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

it('is down when what lies in `active` has no worker and other jobs wait', async () => {
  const heartbeat = await workerShown('host:7');
  const key = (name: string) => `${api.env.QUEUE_PREFIX}:user-data:${name}`;
  const redis = connectRedis(api.env, 'worker', recordingLogger([]));
  const old = Date.now() - 60_000;
  await redis.hset(key('waits'), { name: 'user-data', timestamp: old, data: '{}', opts: '{}' });
  await redis.lpush(key('wait'), 'waits');
  await redis.lpush(key('active'), 'left');
  await noteCompletion('user-data', new Date(old));
  const { reasons, queues } = await health(503);
  expect(reasons).toEqual([expect.stringContaining('no worker takes one')]);
  expect(queues).toMatchObject([{ active: 1, waiting: 1 }]);

  await redis.set(key('left:lock'), 'token');
  expect(await health(200), 'a worker has it, and its deadline is not over').toMatchObject({
    status: 'ok',
  });
  await redis.del(key('left:lock'), key('active'), key('wait'), key('waits'));
  redis.disconnect();
  await heartbeat.stop(true);
});

it('is ok when jobs have flowed since a canary whose return could not be noted', async () => {
  const heartbeat = await workerShown('host:7');
  await noteCanarySent('user-data', new Date(Date.now() - 60_000));
  await noteCompletion('user-data', new Date(Date.now() - 30_000));
  expect(await health(200)).toMatchObject({ status: 'ok' });
  await heartbeat.stop(true);
});

it('shows a canary that a clock ahead of the worker’s has sent, also one stored as it came', async () => {
  const heartbeat = await workerShown('host:7');
  const doneAt = new Date();
  const sentAt = new Date(doneAt.getTime() + 40);
  await noteCanaryReturn('user-data', { sentAt, doneAt, worker: 'host:7' });
  expect((await health(200)).queues[0].canary).toMatchObject({ roundTripMs: 0 });
  await QueueModel.updateOne({ _id: 'user-data' }, { 'canary.roundTripMs': -40 });
  expect((await health(200)).queues[0].canary).toMatchObject({ roundTripMs: 0 });
  await heartbeat.stop(true);
});

it('counts what is in the DLQ of the queue, and what completed of late', async () => {
  const heartbeat = await workerShown('host:7');
  const user = api.userIds['00001'] ?? '';
  await makeJob('one', user);
  await makeJob('two', user);
  await makeJob('three', user, { queue: 'another' });
  await makeJob('four', user, { status: 'completed' });
  const redis = connectRedis(api.env, 'worker', recordingLogger([]));
  const key = `${api.env.QUEUE_PREFIX}:user-data:completed`;
  await redis.zadd(key, Date.now() - 1_000, 'late', Date.now() - 86_400_000, 'long-ago');
  const { queues } = await health(200);
  await redis.del(key);
  redis.disconnect();
  await JobStatusModel.deleteMany({});
  expect(queues).toMatchObject([{ queue: 'user-data', failed: 2, completed: 1 }]);
  await heartbeat.stop(true);
});

it('tells of a queue that cannot be looked at, and of Redis that it is up', async () => {
  const heartbeat = await workerShown('host:7');
  const redis = connectRedis(api.env, 'worker', recordingLogger([]));
  const key = `${api.env.QUEUE_PREFIX}:user-data:wait`;
  await redis.set(key, 'not a list');
  const report = await health(503);
  await redis.del(key);
  redis.disconnect();
  expect(report).toMatchObject({
    redis: 'up',
    reasons: [expect.stringMatching(/^user-data could not be looked at: .*WRONGTYPE/)],
    queues: [{ status: 'down', waiting: null, completed: null, failed: 0 }],
  });
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
