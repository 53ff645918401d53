import { describe, expect, it } from 'vitest';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { lanesOf } from '../../../server/Services/BackgroundJobs/enqueuing/lanes.ts';
import { userDataJobId } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { createProducer } from '../../../server/Services/BackgroundJobs/producer.ts';
import { findSource } from '../../../server/Services/BackgroundJobs/runs/sources.ts';
import { SILENT, useInstallation } from './installation.ts';

describe('a run while another is pending', () => {
  const installation = useInstallation();
  const { producer, balancedRun } = installation;

  it('is all duplicates, each naming the job it waits for; a backfill has none', async () => {
    const users = await installation.makeUsers(120);
    const first = await producer.enqueueUsers(users, { batchSize: 7 });
    expect(first).toMatchObject({ enqueued: 120, duplicates: 0, notEnqueued: 0 });

    const second = await producer.enqueueUsers(users, { batchSize: 50 });
    expect(second).toMatchObject({ enqueued: 0, duplicates: 120, notEnqueued: 0 });
    const records = await JobStatusModel.find({ runId: second.runId }).lean();
    expect(records).toHaveLength(120);
    for (const { status, duplicateOf, userId } of records) {
      expect(status).toBe('duplicate');
      expect(duplicateOf).toBe(userDataJobId(first.runId, userId?.toHexString() ?? ''));
    }
    expect(await balancedRun(second.runId)).toMatchObject({ enumerated: 120, duplicates: 120 });

    const backfill = await producer.enqueueUsers(users, { asOf: '1997-09-30', backfill: true });
    expect(backfill).toMatchObject({ enqueued: 120, duplicates: 0 });
    const { trigger, asOf } = await balancedRun(backfill.runId);
    expect({ trigger, asOf }).toEqual({ trigger: 'backfill', asOf: '1997-09-30' });

    const sameDay = await producer.enqueueUsers(users, { asOf: '1997-09-30', backfill: true });
    expect(sameDay).toMatchObject({ enqueued: 0, duplicates: 120 });
    expect(await installation.queue.pendingCounts()).toMatchObject({ waiting: 240 });
  });

  it('swallows no backfill: not one of today, nor one beside a run of the same day', async () => {
    const users = await installation.makeUsers(3);
    await producer.enqueueUsers(users);
    const today = await producer.enqueueUsers(users, { backfill: true });
    expect(today).toMatchObject({ enqueued: 3, duplicates: 0 });

    await producer.enqueueUsers(users, { asOf: '1997-09-30' });
    const sameDay = await producer.enqueueUsers(users, { asOf: '1997-09-30', backfill: true });
    expect(sameDay).toMatchObject({ enqueued: 3, duplicates: 0 });
  });

  it('ends at once when it is all duplicates', async () => {
    const users = await installation.makeUsers(3);
    await producer.enqueueUsers(users);
    const { runId } = await producer.enqueueUsers(users);
    expect(await installation.runIn('completed', runId)).toMatchObject({ duplicates: 3 });
  });

  it('is made of each user once, whatever the list says', async () => {
    const [user = ''] = await installation.makeUsers(1);
    const { runId, enqueued } = await producer.enqueueUsers([user, user, user]);
    expect(enqueued).toBe(1);
    expect(await balancedRun(runId)).toMatchObject({ enumerated: 1 });
  });

  it('takes users up again once their job has ended', async () => {
    const users = await installation.makeUsers(4);
    const first = await producer.enqueueUsers(users);
    const worker = await installation.startWorker(() => Promise.resolve('done'));
    await installation.runIn('completed', first.runId);
    await worker.stop();
    expect(await producer.enqueueUsers(users)).toMatchObject({ enqueued: 4, duplicates: 0 });
  });

  it('is refused while Redis is away, and nothing is recorded', async () => {
    const [user = ''] = await installation.makeUsers(1);
    const broken = { ...installation.queue, requireRoom: () => Promise.reject(new Error('no')) };
    const without = createProducer({
      lanes: lanesOf([{ ...installation.lane, queue: broken, outbox: installation.outbox }]),
      findSource,
      batchSize: 50,
      leaseMs: 1_000,
      retentionDays: () => 7,
      log: SILENT,
    });
    await expect(without.enqueueUser(user)).rejects.toThrow('no');
    expect(await JobStatusModel.countDocuments({ userId: user })).toBe(0);
  });
});
