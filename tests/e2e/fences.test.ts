import mongoose from 'mongoose';
import { beforeEach, expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { WorkerModel } from '../../server/models/system/WorkerModel.ts';
import { executedAgain, jobsAtWorkOf } from '../faults/jobsAtWork.ts';
import { appliedTwice } from '../faults/ledgers.ts';
import { jobsAcknowledged, ownConnection } from '../faults/redisOfDeployment.ts';
import { useDeployment } from './deployment.ts';

const SOME = 5;
const deployment = useDeployment({ users: 600 });
beforeEach(() => deployment.pace(300));

/** A run whose jobs at work have, most of them, had their effect and only take their time now. */
async function midRun(): Promise<string> {
  const runId = await deployment.beginRun();
  await waitUntil(async () => (await effectsOf(runId)) >= 60, {
    timeoutMs: 60_000,
    what: '60 effects of the run',
  });
  return runId;
}

const effectsOf = (runId: string) =>
  mongoose.connection.collection('writes').countDocuments({ runId });

async function workerPids(): Promise<number[]> {
  return (await deployment.pm2.online('worker')).map(({ pid }) => pid);
}

/** Without the log of starts, which follows the state within a second and decides nothing. */
const recordsOf = (jobIds: readonly string[]) =>
  JobStatusModel.find({ _id: { $in: jobIds } }, { attemptLog: 0 })
    .sort({ _id: 1 })
    .lean();

it('a worker frozen past its locks and woken again changes nothing of what others ended', async () => {
  const runId = await midRun();
  const [pid = 0] = await workerPids();
  process.kill(pid, 'SIGSTOP');
  try {
    const held = await jobsAtWorkOf(ownConnection(deployment.redis), pid);
    expect(held.length).toBeGreaterThan(0);
    await waitUntil(
      async () => (await recordsOf(held)).every(({ status }) => status === 'completed'),
      { timeoutMs: 60_000, what: 'the other worker to have done its jobs' },
    );
    const before = await recordsOf(held);
    const wokenAt = new Date();
    process.kill(pid, 'SIGCONT');
    await waitUntil(() => WorkerModel.exists({ pid, lastSeenAt: { $gt: wokenAt } }), {
      timeoutMs: 60_000,
      what: 'the woken worker’s sign of life',
    });
    await deployment.pace(0);
    await deployment.expectAllDone(runId);
    expect(await recordsOf(held)).toEqual(before);
    for (const { starts, worker } of before) {
      expect(starts).toBeGreaterThanOrEqual(2);
      expect(worker).not.toContain(`:${pid}:`);
    }
    expect(await appliedTwice()).toBe(0);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
});

it('workers killed between effect and acknowledgement: begun again, the effect applied once', async () => {
  // A job's time passes after its effect: it is there that a kill meets most of them.
  const runId = await midRun();
  for (const pid of await workerPids()) process.kill(pid, 'SIGKILL');
  await deployment.pace(0);
  await deployment.expectAllDone(runId);
  const again = (await executedAgain()).filter((jobId) => jobId.includes(runId));
  expect(again.length).toBeGreaterThan(0);
  for (const record of await recordsOf(again)) {
    expect(record).toMatchObject({ status: 'completed', attempts: 1, generation: 1 });
    expect(record.starts).toBeGreaterThanOrEqual(2);
  }
  expect(await appliedTwice()).toBe(0);
});

it('workers killed between acknowledgement and record: recorded, and not begun again', async () => {
  const runId = await midRun();
  const redis = ownConnection(deployment.redis);
  await deployment.mongo.kill();
  const killedAt = Date.now();
  // While MongoDB is away, what is at work ends and is acknowledged, and no record is written.
  await waitUntil(async () => (await jobsAcknowledged(redis, killedAt)).length >= SOME, {
    timeoutMs: 20_000,
    what: 'jobs to be acknowledged',
  });
  for (const pid of await workerPids()) process.kill(pid, 'SIGKILL');
  const unrecorded = await jobsAcknowledged(redis, killedAt);
  await deployment.mongo.start();
  await deployment.pace(0);
  await deployment.expectAllDone(runId);
  const records = await recordsOf(unrecorded);
  expect(records).toHaveLength(unrecorded.length);
  for (const record of records) {
    expect(record).toMatchObject({ status: 'completed', attempts: 1, generation: 1, starts: 1 });
  }
  const again = new Set(await executedAgain());
  expect(unrecorded.filter((jobId) => again.has(jobId))).toEqual([]);
});
