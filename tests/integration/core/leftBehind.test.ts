import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, expect, it, vi } from 'vitest';
import { WorkerModel } from '../../../server/models/system/WorkerModel.ts';
import { pidSpace } from '../../../server/Services/BackgroundJobs/consuming/heartbeat.ts';
import { takeOverLeftBehind } from '../../../server/Services/BackgroundJobs/consuming/leftBehind.ts';
import { userDataJobId } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import type { Recorder } from '../../../server/Services/BackgroundJobs/recording/recorder.ts';
import { SILENT, useInstallation } from './installation.ts';

const LONG_MS = 600_000;
/** It dies before it has written anything. */
const FORGETFUL: Recorder = {
  record: () => undefined,
  whenRoom: () => Promise.resolve(),
  flush: () => Promise.resolve(),
};

const installation = useInstallation({
  WORKER_LOCK_MS: '60000',
  WORKER_STALLED_CHECK_MS: '600000',
  USER_JOB_DEADLINE_MS: String(LONG_MS),
});
let deadPid: number;

beforeAll(async () => {
  const child = spawn(process.execPath, ['--version']);
  deadPid = child.pid ?? 0;
  await once(child, 'exit');
});

async function heardOf(worker: string, pid: number, space = pidSpace()): Promise<void> {
  const now = new Date();
  await WorkerModel.create({
    _id: worker,
    host: hostname(),
    pid,
    pidSpace: space,
    instance: null,
    version: '0',
    queues: [],
    runningJobs: 0,
    memoryBytes: 0,
    startedAt: now,
    lastSeenAt: now,
    farewellAt: null,
    expiresAt: new Date(now.getTime() + LONG_MS),
  });
}

const takeOver = () =>
  takeOverLeftBehind({
    queue: installation.queue,
    self: 'the-new-one',
    retentionDays: () => 7,
    log: SILENT,
  });

it('records what a crashed worker had acknowledged and not recorded', async () => {
  await heardOf('crashed-before-recording', deadPid);
  const worker = await installation.startWorker(async () => 'done', { recorder: FORGETFUL });
  const [userId = ''] = await installation.makeUsers(1);
  const { runId } = await installation.producer.enqueueUser(userId);
  const jobId = userDataJobId(runId, userId);
  await vi.waitFor(async () =>
    expect(await installation.queue.places([jobId])).toEqual(['completed']),
  );
  expect((await installation.job(jobId)).status).toBe('queued');
  await takeOver();
  expect(await installation.job(jobId)).toMatchObject({ status: 'completed', result: 'done' });
  await worker.stop();
});

it.each([
  { who: 'crashed', pid: () => deadPid, space: pidSpace(), place: 'waiting' },
  { who: 'lives', pid: () => process.ppid, space: pidSpace(), place: 'active' },
  { who: 'is in another container', pid: () => deadPid, space: 'pid:[2]', place: 'active' },
])('the lock of a worker that $who: its job is then $place', async ({ pid, space, place }) => {
  const { queue, redis } = installation;
  const worker = await installation.startWorker((_payload, { signal }) =>
    wait(LONG_MS, undefined, { signal }),
  );
  const [userId = ''] = await installation.makeUsers(1);
  const { runId } = await installation.producer.enqueueUser(userId);
  const jobId = userDataJobId(runId, userId);
  await vi.waitFor(async () => expect(await queue.places([jobId])).toEqual(['active']));
  const name = await redis.hget(installation.keyOf(jobId), 'pb');
  await heardOf(String(name), pid(), space);
  await takeOver();
  expect(await queue.places([jobId])).toEqual([place]);
  const takenOver = place === 'waiting' ? ['user-data'] : [];
  expect(await WorkerModel.findById(name).lean()).toMatchObject({ takenOver });
  await worker.stop();
});
