import { describe, expect, it } from 'vitest';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { createEnqueuer } from '../../../server/Services/BackgroundJobs/enqueuing/enqueuer.ts';
import {
  userDataJob,
  userDataJobId,
} from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import {
  forgetUser,
  takeOutJobsOf,
} from '../../../server/Services/BackgroundJobs/runs/forgetUser.ts';
import { SILENT, useInstallation } from './installation.ts';

describe('forgetting a user', () => {
  const installation = useInstallation();
  const { producer, balancedRun, lanes, queue } = installation;

  it('takes what nobody has begun out of Redis, of runs and single jobs', async () => {
    const [leaver = '', other = ''] = await installation.makeUsers(2);
    const enqueuer = createEnqueuer({ lanes, batchSize: 50, horizonMs: 60_000, log: SILENT });
    const later = { runAt: new Date(Date.now() + 30_000) };
    const single = async (userId: string, options = {}) => {
      const payload = { userId, asOf: '2020-01-01', backfill: false };
      return (await enqueuer.enqueue(userDataJob, payload, options)).jobId;
    };
    const { runId } = await producer.enqueueUsers([leaver, other]);
    const [now, delayed] = [await single(leaver), await single(leaver, later)];
    const kept = await single(other);
    expect(await takeOutJobsOf(leaver, lanes)).toBe(3);
    const ids = [userDataJobId(runId, leaver), now, delayed];
    expect(await queue.places(ids)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(await queue.places([userDataJobId(runId, other), kept])).toEqual(['waiting', 'waiting']);
    await installation.wipeRedis();
    await JobStatusModel.deleteMany({});
    await RunModel.deleteMany({});
  });

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
