import { describe, expect, it } from 'vitest';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { forgetUser } from '../../../server/Services/BackgroundJobs/runs/forgetUser.ts';
import { useInstallation } from './installation.ts';

describe('a job that the queue holds though no record says so', () => {
  const installation = useInstallation();
  const { queue, redis, keyOf } = installation;

  it('is removed to the end where its removal was cut off midway, and its user is free again', async () => {
    const { runId, jobIds } = await installation.newRun(1);
    const [jobId = ''] = jobIds;
    const userId = jobId.slice(-24);
    await JobStatusModel.deleteOne({ _id: jobId });
    await RunModel.updateOne({ _id: runId }, { $set: { status: 'cancelled' } });
    await redis
      .multi()
      .lrem(keyOf('wait'), 1, jobId)
      .zadd(keyOf('waiting-children'), 0, jobId)
      .exec();
    expect(await queue.holderOf(userId)).toBe(jobId);
    expect(await installation.reconcile()).toMatchObject({ removed: 1 });
    expect(await queue.places([jobId])).toEqual(['unknown']);
    expect(await queue.holderOf(userId)).toBeNull();
  });

  it('is removed when it cannot be read', async () => {
    const { envelope, ...entry } = {
      envelope: { kind: 'user-data', jobId: 'user-data-unreadable', generation: 1, nonsense: true },
      deduplicationId: 'unreadable',
    };
    await queue.add([{ ...entry, envelope: envelope as never }]);
    expect(await installation.reconcile()).toMatchObject({ removed: 1 });
    expect(await queue.places(['user-data-unreadable'])).toEqual(['unknown']);
  });

  it('is adopted where its run and its user are there, and removed where they are not', async () => {
    const { runId, jobIds } = await installation.newRun(3);
    const [kept = '', orphan = '', ofNobody = ''] = jobIds;
    await JobStatusModel.deleteOne({ _id: orphan });
    await UserModel.deleteOne({ _id: ofNobody.slice(-24) });
    await forgetUser(ofNobody.slice(-24));
    expect(await installation.reconcile()).toMatchObject({ adopted: 1, removed: 1, readded: 0 });
    expect(await queue.places([kept, orphan, ofNobody])).toEqual(['waiting', 'waiting', 'unknown']);
    expect(await installation.job(orphan)).toMatchObject({
      status: 'queued',
      generation: 1,
      deduplicationId: orphan.slice(-24),
    });
    await installation.startWorker(() => Promise.resolve('done'));
    await installation.runIn('completed', runId);
  });
});
