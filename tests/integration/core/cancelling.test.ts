import { describe, expect, it, vi } from 'vitest';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { userDataJobId } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { createProducer } from '../../../server/Services/BackgroundJobs/producer.ts';
import { markCancelled } from '../../../server/Services/BackgroundJobs/runs/cancel.ts';
import { forgetUser } from '../../../server/Services/BackgroundJobs/runs/forgetUser.ts';
import { openRequestedRun } from '../../../server/Services/BackgroundJobs/runs/ledger.ts';
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
    await installation.makeUsers(1_010);
    const run = await openRequestedRun({
      trigger: 'manual',
      mode: 'queue',
      batchSize: 200,
      asOf: '2020-01-01',
      backfill: false,
      selection: null,
      requestId: null,
    });
    const runId = run?._id ?? '';
    const cancelledMidway = createProducer({
      queue,
      outbox: {
        ...outbox,
        async record(entries) {
          await markCancelled(runId);
          return outbox.record(entries);
        },
      },
      batchSize: 200,
      leaseMs: 60_000,
      retentionDays: 7,
      log: SILENT,
    });
    cancelledMidway.drive(runId);
    await vi.waitFor(async () => {
      await installation.seal();
      expect((await balancedRun(runId)).finishedAt).not.toBeNull();
    }, 30_000);
    expect(await balancedRun(runId)).toMatchObject({ status: 'cancelled', enumerated: 1_000 });
    await cancelledMidway.stop();
  });

  it('whose canceller died is cleared by the reconciler', async () => {
    const userIds = await installation.makeUsers(4);
    const paused = await producer.enqueueUsers(userIds, { asOf: '2021-01-01' });
    await markCancelled(paused.runId);
    const { cancelled } = await installation.reconcile();
    const done = (await balancedRun(paused.runId)).completed;
    expect(cancelled).toBe(4 - done);
    await vi.waitFor(async () => {
      await installation.seal();
      expect((await balancedRun(paused.runId)).finishedAt).not.toBeNull();
    });
  });
});

describe('forgetting a user', () => {
  const installation = useInstallation();
  const { producer, balancedRun } = installation;

  it('keeps the balance of open and of sealed runs, and of those opened again', async () => {
    const userIds = await installation.makeUsers(4);
    const [first = '', second = '', third = ''] = userIds;
    const sealed = await producer.enqueueUsers(userIds, { asOf: '2020-01-01' });
    const worker = await installation.startWorker(async ({ userId }) => {
      if (userId === third) throw new Error('never');
    });
    await installation.runIn('completed', sealed.runId);
    await worker.stop();
    const open = await producer.enqueueUsers(userIds, { asOf: '2020-01-02' });

    await UserModel.updateMany(
      { _id: { $in: [first, second] } },
      { $set: { deletedAt: new Date() } },
    );
    expect(await forgetUser(first)).toBe(2);
    expect(await forgetUser(first)).toBe(0);
    expect(await balancedRun(open.runId)).toMatchObject({ enumerated: 3, queued: 3 });
    expect(await balancedRun(sealed.runId)).toMatchObject({
      enumerated: 4,
      completed: 3,
      failed: 1,
    });

    await installation.administration.retryJob(userDataJobId(sealed.runId, third));
    expect(await balancedRun(sealed.runId)).toMatchObject({
      enumerated: 4,
      completed: 3,
      queued: 1,
    });
    await forgetUser(second);
    expect(await balancedRun(sealed.runId)).toMatchObject({
      enumerated: 3,
      completed: 2,
      queued: 1,
    });

    // Their jobs are still in the queue: nobody's now.
    expect(await installation.reconcile()).toMatchObject({ removed: 2, adopted: 0 });
    await installation.startWorker(() => Promise.resolve());
    expect(await installation.runIn('completed', sealed.runId)).toMatchObject({ completed: 3 });
    expect(await installation.runIn('completed', open.runId)).toMatchObject({ completed: 2 });
  });
});
