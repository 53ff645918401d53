import { describe, expect, it } from 'vitest';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { createAdministration } from '../../../server/Services/BackgroundJobs/admin/createAdministration.ts';
import { lanesOf } from '../../../server/Services/BackgroundJobs/enqueuing/lanes.ts';
import { useFailingWork } from './failingWork.ts';
import { SILENT, useInstallation } from './installation.ts';

describe('a retry of many jobs', () => {
  const installation = useInstallation();
  const { producer, administration, queue, balancedRun } = installation;
  const work = useFailingWork(installation);
  const { failedRun } = work;

  it('counts as skipped those that became duplicates meanwhile', async () => {
    await JobStatusModel.deleteMany({});
    const { runId } = await failedRun(2);
    const busy = createAdministration({
      producer,
      lanes: lanesOf([
        {
          ...installation.lane,
          queue,
          // Other jobs of the users came between the look and the adding.
          outbox: {
            ...installation.outbox,
            enqueue: async (entries) => ({
              ...{ enqueued: 0, notEnqueued: 0 },
              duplicates: entries.length,
            }),
          },
        },
      ]),
      batchSize: 50,
      retentionDays: () => 7,
      log: SILENT,
    });
    expect(await busy.retryFailed({ runId, limit: 10 })).toEqual({ retried: 0, skipped: 2 });
  });

  it('takes the filter’s, up to the limit, and says what it left', async () => {
    await JobStatusModel.deleteMany({});
    const { runId, jobIds } = await failedRun(4);
    const other = await failedRun(3, 'USER_NOT_FOUND');
    work.fails = true;
    expect(await administration.retryFailed({ code: 'NO_SUCH', limit: 10 })).toEqual({
      retried: 0,
      skipped: 0,
    });
    work.fails = false;
    expect(await administration.retryFailed({ runId, limit: 3 })).toEqual({
      retried: 3,
      skipped: 0,
      nextCursor: expect.any(String),
    });
    for (const jobId of jobIds.slice(0, 3)) await installation.jobIn('completed', jobId);
    expect(await administration.retryFailed({ code: 'USER_NOT_FOUND', limit: 1000 })).toEqual({
      retried: 3,
      skipped: 0,
    });
    await installation.runIn('completed', other.runId);
    expect(await balancedRun(runId)).toMatchObject({ failed: 1, completed: 3 });
  });

  it('goes on where the part before ended, past what was skipped', async () => {
    await JobStatusModel.deleteMany({});
    const { runId, jobIds } = await failedRun(5);
    await RunModel.updateOne({ _id: runId }, { $set: { status: 'cancelled' } });
    const first = await administration.retryFailed({ runId, limit: 2 });
    expect(first).toMatchObject({ retried: 0, skipped: 2 });
    await RunModel.updateOne({ _id: runId }, { $set: { status: 'completed' } });
    const second = await administration.retryFailed({
      runId,
      limit: 2,
      cursor: first.nextCursor,
    });
    expect(second).toMatchObject({ retried: 2, skipped: 0 });
    const last = await administration.retryFailed({ runId, limit: 2, cursor: second.nextCursor });
    expect(last).toEqual({ retried: 1, skipped: 0 });
    expect(await installation.runIn('completed', runId)).toMatchObject({ completed: 3, failed: 2 });
    const begin = [...jobIds].sort().slice(0, 2);
    for (const jobId of begin) expect((await installation.job(jobId)).status).toBe('failed');
    await expect(administration.retryFailed({ limit: 1, cursor: 'x' })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { problems: [{ in: 'body', field: 'cursor', reason: 'is not a nextCursor' }] },
    });
  });

  it('begins no more in a second than it was told to', async () => {
    await JobStatusModel.deleteMany({});
    const { runId } = await failedRun(4);
    const askedAt = Date.now();
    await administration.retryFailed({ runId, limit: 10, ratePerSecond: 4 });
    await installation.runIn('completed', runId);
    const jobs = await JobStatusModel.find({ runId }).lean();
    const starts = jobs.map(({ startedAt }) => startedAt?.getTime() ?? 0).sort((a, b) => a - b);
    for (const [place, startedAt] of starts.entries()) {
      expect(startedAt - askedAt).toBeGreaterThanOrEqual(place * 250);
    }
  });

  it('of a user’s several failed jobs takes one, and never runs two together', async () => {
    await JobStatusModel.deleteMany({});
    const userIds = await installation.makeUsers(3);
    work.fails = true;
    for (let round = 0; round < 3; round += 1) {
      const { runId } = await producer.enqueueUsers(userIds);
      await installation.runIn('completed', runId);
    }
    work.fails = false;
    expect(await administration.retryFailed({ limit: 1000 })).toEqual({ retried: 3, skipped: 6 });
    await expect
      .poll(() => JobStatusModel.countDocuments({ status: 'completed' }), { timeout: 20_000 })
      .toBe(3);
    expect(work.together).toBe(1);
    const newest = await JobStatusModel.find({ status: 'completed' }).lean();
    const failed = await JobStatusModel.find({ status: 'failed' }).lean();
    expect(Math.min(...newest.map(({ runSeq }) => runSeq))).toBeGreaterThan(
      Math.max(...failed.map(({ runSeq }) => runSeq)),
    );
  });
});
