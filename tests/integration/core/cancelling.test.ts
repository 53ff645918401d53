import { describe, expect, it, vi } from 'vitest';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { lanesOf } from '../../../server/Services/BackgroundJobs/enqueuing/lanes.ts';
import {
  USER_DATA,
  userDataJobId,
} from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import {
  userDataInputOf,
  userDataSource,
} from '../../../server/Services/BackgroundJobs/jobs/userData/userData.source.ts';
import { createProducer } from '../../../server/Services/BackgroundJobs/producer.ts';
import {
  cancelWaitingJobs,
  markCancelled,
} from '../../../server/Services/BackgroundJobs/runs/cancel.ts';
import { leaseRun } from '../../../server/Services/BackgroundJobs/runs/checkpoint.ts';
import { entryOf } from '../../../server/Services/BackgroundJobs/runs/enumerate.ts';
import { openRequestedRun } from '../../../server/Services/BackgroundJobs/runs/ledger.ts';
import { findSource } from '../../../server/Services/BackgroundJobs/runs/sources.ts';
import { SILENT, useInstallation } from './installation.ts';

describe('a cancelled run', () => {
  const installation = useInstallation();
  const { producer, administration, queue, outbox, balancedRun } = installation;

  it('loses what waits, and what is at work ends as it will', async () => {
    const userIds = await installation.makeUsers(20);
    const { runId } = await producer.enqueueUsers(userIds);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const begun: string[] = [];
    await installation.startWorker(async (_, { jobId }) => {
      begun.push(jobId);
      await held;
    });
    await vi.waitFor(() => expect(begun).toHaveLength(3));
    await administration.cancelRun(runId);
    await vi.waitFor(async () => {
      expect(await balancedRun(runId)).toMatchObject({ status: 'cancelled', cancelled: 17 });
    }, 10_000);
    await installation.seal();
    expect((await balancedRun(runId)).finishedAt).toBeNull();
    release();
    await vi.waitFor(async () => {
      await installation.seal();
      expect((await balancedRun(runId)).finishedAt).not.toBeNull();
    }, 10_000);
    expect(await balancedRun(runId)).toMatchObject({ completed: 3, cancelled: 17, queued: 0 });
    expect(begun).toHaveLength(3);
    const cancelled = await JobStatusModel.findOne({ runId, status: 'cancelled' }).lean();
    expect(cancelled?.finishedAt).toBeInstanceOf(Date);
    expect(cancelled?.expiresAt).toBeInstanceOf(Date);
    await expect(administration.cancelRun(runId)).rejects.toMatchObject({ code: 'RUN_FINISHED' });
    await expect(administration.cancelRun('m-none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    // Its users are free for the next run.
    expect(await producer.enqueueUsers(userIds)).toMatchObject({ enqueued: 20, duplicates: 0 });
  });

  it('is enumerated no further, and can be sealed at once', async () => {
    await UserModel.deleteMany({});
    await installation.makeUsers(2_010);
    const run = await openRequestedRun({
      trigger: 'manual',
      mode: 'queue',
      batchSize: 200,
      kind: USER_DATA,
      input: userDataInputOf({ asOf: '2020-01-01' }),
      selection: null,
      requestId: null,
    });
    const runId = run?._id ?? '';
    let pages = 0;
    const cancelledMidway = createProducer({
      findSource,
      lanes: lanesOf([
        {
          ...installation.lane,
          queue,
          outbox: {
            ...outbox,
            async record(entries) {
              pages += 1;
              if (pages === 1) await markCancelled(runId);
              return outbox.record(entries);
            },
          },
        },
      ]),
      batchSize: 200,
      leaseMs: 60_000,
      retentionDays: () => 7,
      log: SILENT,
    });
    cancelledMidway.drive(runId);
    await vi.waitFor(async () => {
      await installation.seal();
      expect((await balancedRun(runId)).finishedAt).not.toBeNull();
    }, 30_000);
    // The page under way, and the one that was recorded beside it.
    expect(await balancedRun(runId)).toMatchObject({
      ...{ status: 'cancelled', enumerated: 2_000 },
    });
    expect(await JobStatusModel.countDocuments({ runId })).toBe(2_000);
    await cancelledMidway.stop();
  });

  it('whose canceller died is cleared by the reconciler', async () => {
    const userIds = await installation.makeUsers(4);
    const steering = { maxConcurrency: null, rate: null };
    // Else a worker of this suite may have them before the reconciler looks.
    await queue.steer({ ...steering, paused: true });
    const paused = await producer.enqueueUsers(userIds, { asOf: '2021-01-01' });
    await markCancelled(paused.runId);
    expect(await installation.reconcile()).toMatchObject({ cancelled: 4 });
    await queue.steer({ ...steering, paused: false });
    await vi.waitFor(async () => {
      await installation.seal();
      expect((await balancedRun(paused.runId)).finishedAt).not.toBeNull();
    });
  });
});

describe('a run that is cancelled while a great many jobs of others wait', () => {
  const installation = useInstallation();
  const { redis, keyOf, balancedRun } = installation;

  it('is cleared of its jobs, and Redis answers within its time', async () => {
    const { runId } = await installation.newRun(500);
    // Newer ones: a search that began with them would come to this run's after all of them.
    const others = Array.from({ length: 10_000 }, (_, number) => `another-job-of-a-user-${number}`);
    for (let times = 0; times < 30; times += 1) await redis.lpush(keyOf('wait'), ...others);
    await markCancelled(runId);
    await cancelWaitingJobs(runId, { lanes: installation.lanes, retentionDays: () => 7 });
    expect(await balancedRun(runId)).toMatchObject({ cancelled: 500, queued: 0 });
  });
});

describe('a run that is cancelled while a job ends', () => {
  const installation = useInstallation();
  const { producer, queue, balancedRun } = installation;

  it('keeps its outcome, though it was at work a moment ago and is not on record yet', async () => {
    const [userId = ''] = await installation.makeUsers(1);
    const { runId } = await producer.enqueueUser(userId);
    const jobId = userDataJobId(runId, userId);
    await installation.startWorker(() => Promise.resolve('done'), {
      // It is gathering still.
      recorder: {
        record: () => undefined,
        whenRoom: () => Promise.resolve(),
        flush: () => Promise.resolve(),
      },
    });
    await expect.poll(() => queue.places([jobId])).toEqual(['completed']);
    const atWork = { state: 'pending', attempts: 0, starts: 1, crashes: 0 } as const;
    const lookedBefore = { ...queue, look: () => Promise.resolve([atWork]) };
    await markCancelled(runId);
    await cancelWaitingJobs(runId, {
      lanes: lanesOf([{ ...installation.lane, queue: lookedBefore, outbox: installation.outbox }]),
      retentionDays: () => 7,
    });
    expect(await installation.job(jobId)).toMatchObject({ status: 'queued' });
    await installation.reconcile();
    expect(await installation.job(jobId)).toMatchObject({ status: 'completed', result: 'done' });
    expect(await balancedRun(runId)).toMatchObject({ status: 'cancelled', completed: 1 });
  });
});

describe('a run that is cancelled while its producer puts a page in', () => {
  const installation = useInstallation();
  const { queue, outbox, balancedRun } = installation;

  it.each(['before', 'after'])(
    'leaves no job that its producer put in %s the cancel',
    async (when) => {
      const userIds = await installation.makeUsers(3);
      async function cancel(runId: string): Promise<void> {
        await markCancelled(runId);
        await cancelWaitingJobs(runId, { lanes: installation.lanes, retentionDays: () => 7 });
        await installation.reconcile();
        expect(await JobStatusModel.countDocuments({ runId, status: 'queued' })).toBe(3);
      }
      const cancelledMeanwhile = createProducer({
        findSource,
        lanes: lanesOf([
          {
            ...installation.lane,
            queue,
            outbox: {
              ...outbox,
              async enqueue(entries, batchSize) {
                const runId = entries[0]?.envelope.runId ?? '';
                if (when === 'after') await cancel(runId);
                const handOver = await outbox.enqueue(entries, batchSize);
                if (when === 'before') await cancel(runId);
                return handOver;
              },
            },
          },
        ]),
        batchSize: 50,
        leaseMs: 60_000,
        retentionDays: () => 7,
        log: SILENT,
      });
      const { runId } = await cancelledMeanwhile.enqueueUsers(userIds, { asOf: '2020-01-01' });
      await installation.seal();
      const run = await balancedRun(runId);
      expect(run).toMatchObject({ status: 'cancelled', enumerated: 3, cancelled: 3 });
      expect(run.finishedAt).not.toBeNull();
      const places = await queue.places(userIds.map((userId) => userDataJobId(runId, userId)));
      expect(places).toEqual(['unknown', 'unknown', 'unknown']);
      await cancelledMeanwhile.stop();
    },
  );

  it('whose producer died while it put jobs in is cleared once its lease has run out', async () => {
    const userIds = await installation.makeUsers(3);
    const run = await openRequestedRun({
      trigger: 'manual',
      mode: 'queue',
      batchSize: 50,
      kind: USER_DATA,
      input: userDataInputOf({ asOf: '2020-01-02' }),
      selection: userIds,
      requestId: null,
    });
    if (run === null) throw new Error('The run is there already.');
    await leaseRun(run._id, 60_000);
    const entries = userIds.map((userId) => entryOf(run, userDataSource, userId));
    await outbox.record(entries);
    await markCancelled(run._id);
    await cancelWaitingJobs(run._id, { lanes: installation.lanes, retentionDays: () => 7 });
    await outbox.enqueue(entries.slice(0, 2), 50);
    await installation.reconcile();
    expect(await JobStatusModel.countDocuments({ runId: run._id, status: 'cancelled' })).toBe(0);
    await RunModel.updateOne({ _id: run._id }, { $set: { 'lease.expiresAt': new Date(0) } });
    await installation.reconcile();
    expect(await JobStatusModel.countDocuments({ runId: run._id, status: 'cancelled' })).toBe(3);
    const places = await queue.places(userIds.map((userId) => userDataJobId(run._id, userId)));
    expect(places).toEqual(['unknown', 'unknown', 'unknown']);
    await installation.seal();
    expect((await balancedRun(run._id)).finishedAt).not.toBeNull();
  });
});
