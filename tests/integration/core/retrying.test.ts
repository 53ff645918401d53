import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { AppError } from '../../../server/errors/AppError.ts';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { createAdministration } from '../../../server/Services/BackgroundJobs/admin/createAdministration.ts';
import { createJobQueries } from '../../../server/Services/BackgroundJobs/admin/jobQueries.ts';
import { userDataJobId } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { currentCounts } from '../../../server/Services/BackgroundJobs/runs/balance.ts';
import { claimNextGeneration } from '../../../server/Services/BackgroundJobs/runs/generation.ts';
import { openRuns, sealIfFinished } from '../../../server/Services/BackgroundJobs/runs/seal.ts';
import { SILENT, useInstallation } from './installation.ts';

describe('a retry', () => {
  const installation = useInstallation();
  const { producer, administration, queue, balancedRun } = installation;
  /** While true, every job fails at once. */
  let failing = true;
  let code: 'NOT_RETRYABLE' | 'USER_NOT_FOUND' = 'NOT_RETRYABLE';
  const atWork = new Map<string, number>();
  let together = 0;

  beforeAll(async () => {
    await installation.startWorker(async ({ userId }) => {
      atWork.set(userId, (atWork.get(userId) ?? 0) + 1);
      together = Math.max(together, atWork.get(userId) ?? 0);
      await new Promise((resolve) => setImmediate(resolve));
      atWork.set(userId, (atWork.get(userId) ?? 1) - 1);
      if (failing) throw new AppError(code, 'It does not work today.');
      return 'done';
    });
  });

  async function failedRun(users: number): Promise<{ runId: string; jobIds: string[] }> {
    failing = true;
    const userIds = await installation.makeUsers(users);
    const { runId } = await producer.enqueueUsers(userIds);
    const run = await installation.runIn('completed', runId);
    expect(run).toMatchObject({ failed: users, completed: 0 });
    failing = false;
    return { runId, jobIds: userIds.map((userId) => userDataJobId(runId, userId)) };
  }

  /** Lets this happen between the next retry's opening of its runs and its claim of the jobs. */
  function beforeItClaims(happens: () => Promise<void>): void {
    const claim = JobStatusModel.bulkWrite.bind(JobStatusModel);
    const claiming = vi.spyOn(JobStatusModel, 'bulkWrite');
    onTestFinished(() => claiming.mockRestore());
    claiming.mockImplementationOnce(async (...write: Parameters<typeof claim>) => {
      await happens();
      return claim(...write);
    });
  }

  it('does a failed job again, in the next generation, and the ledger follows', async () => {
    const { runId, jobIds } = await failedRun(2);
    const [jobId = ''] = jobIds;
    expect(await administration.retryJob(jobId)).toEqual({ jobId, generation: 2 });
    expect((await balancedRun(runId)).status).toBe('running');
    const record = await installation.jobIn('completed', jobId);
    expect(record).toMatchObject({ generation: 2, attempts: 1, starts: 1, error: null });
    expect(await installation.runIn('completed', runId)).toMatchObject({ failed: 1, completed: 1 });
    expect((await installation.job(jobId)).expiresAt).toBeInstanceOf(Date);
  });

  it('works when Redis has forgotten the job', async () => {
    const { jobIds } = await failedRun(1);
    await installation.wipeRedis();
    await administration.retryJob(jobIds[0] ?? '');
    await installation.jobIn('completed', jobIds[0] ?? '');
  });

  it('keeps the balance when other records of the run have expired', async () => {
    const { runId, jobIds } = await failedRun(5);
    await JobStatusModel.deleteMany({ _id: { $in: jobIds.slice(0, 3) } });
    expect(await balancedRun(runId)).toMatchObject({ enumerated: 5, failed: 5 });
    for (const jobId of jobIds.slice(3)) {
      await administration.retryJob(jobId);
      await balancedRun(runId);
      await installation.jobIn('completed', jobId);
      await installation.runIn('completed', runId);
    }
    expect(await balancedRun(runId)).toMatchObject({ enumerated: 5, failed: 3, completed: 2 });
  });

  it('is refused while the user has a live job, which it names', async () => {
    const { jobIds } = await failedRun(1);
    const jobId = jobIds[0] ?? '';
    const record = await installation.job(jobId);
    const live = 'user-data-m-live-job';
    await queue.add([
      {
        envelope: {
          // Of a version that this worker does not know yet: it stays pending.
          version: 99,
          jobId: live,
          runId: 'm-live',
          runSeq: 1,
          userId: record.userId.toHexString(),
          generation: 1,
          requestId: null,
          payload: {},
        },
        deduplicationId: record.deduplicationId,
      },
    ]);
    await expect(administration.retryJob(jobId)).rejects.toMatchObject({
      code: 'JOB_PENDING',
      details: { jobId: live },
    });
    expect((await installation.job(jobId)).status).toBe('failed');
    // And when the other came between the look and the adding:
    const blind = createAdministration({
      producer,
      queue: { ...queue, holderOf: () => Promise.resolve(null) },
      outbox: installation.outbox,
      batchSize: 50,
      retentionDays: 7,
      log: SILENT,
    });
    await expect(blind.retryJob(jobId)).rejects.toMatchObject({
      code: 'JOB_PENDING',
      details: { jobId: live },
    });
    expect(await installation.job(jobId)).toMatchObject({ status: 'duplicate', duplicateOf: live });
    await installation.wipeRedis();
  });

  it('is refused for a job that is not there, or has not failed; twice at once works once', async () => {
    await expect(administration.retryJob('nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const { jobIds } = await failedRun(1);
    const jobId = jobIds[0] ?? '';
    const both = await Promise.allSettled([1, 2, 3].map(() => administration.retryJob(jobId)));
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await installation.jobIn('completed', jobId);
    await expect(administration.retryJob(jobId)).rejects.toMatchObject({ code: 'JOB_NOT_FAILED' });
  });

  it('is one caller’s, of several that claim the record at the same instant', async () => {
    const { jobIds } = await failedRun(1);
    const record = await installation.job(jobIds[0] ?? '');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    onTestFinished(() => void vi.useRealTimers());
    const claims = await Promise.all([1, 2, 3].map(() => claimNextGeneration([record])));
    expect(claims.flat()).toEqual([expect.objectContaining({ _id: record._id, generation: 2 })]);
  });

  it('begins with a clean record: what failed before stands in its history alone', async () => {
    const { jobIds } = await failedRun(1);
    const failed = await installation.job(jobIds[0] ?? '');
    expect(failed.error).not.toBeNull();
    const [claimed] = await claimNextGeneration([failed]);
    expect(claimed).toMatchObject({ status: 'queued', error: null, history: [], result: null });
    expect(claimed?.failedGenerations).toMatchObject([{ generation: 1, history: failed.history }]);
  });

  it('of many counts as skipped those that became duplicates meanwhile', async () => {
    await JobStatusModel.deleteMany({});
    const { runId } = await failedRun(2);
    const busy = createAdministration({
      producer,
      queue,
      // Other jobs of the users came between the look and the adding.
      outbox: {
        ...installation.outbox,
        enqueue: async (entries) => ({ enqueued: 0, duplicates: entries.length, notEnqueued: 0 }),
      },
      batchSize: 50,
      retentionDays: 7,
      log: SILENT,
    });
    expect(await busy.retryFailed({ runId, limit: 10 })).toEqual({ retried: 0, skipped: 2 });
  });

  it('is not lost to a ledger that was about to be sealed', async () => {
    const { runId, jobIds } = await failedRun(1);
    await RunModel.updateOne({ _id: runId }, { $set: { sealed: null, status: 'running' } });
    const [counting] = (await openRuns()).filter(({ _id }) => _id === runId);
    if (counting === undefined) throw new Error('The run is not open.');
    expect(await currentCounts(counting)).toMatchObject({ failed: 1 });
    await administration.retryJob(jobIds[0] ?? '');
    await installation.jobIn('completed', jobIds[0] ?? '');
    // The keeper read the run before the retry: its sealing must not go through.
    expect(await sealIfFinished(counting, 7)).toBeNull();
    expect(await installation.runIn('completed', runId)).toMatchObject({ completed: 1, failed: 0 });
  });

  it('is not lost to a ledger that is sealed before it has claimed its jobs', async () => {
    const { runId, jobIds } = await failedRun(3);
    const [first = '', second = ''] = jobIds;
    beforeItClaims(async () => {
      await installation.seal();
      // Nor to another retry, which is done with the run before this one has begun.
      await administration.retryJob(second);
      await installation.jobIn('completed', second);
      await installation.seal();
      expect((await balancedRun(runId)).status).toBe('running');
    });
    await administration.retryJob(first);
    await installation.jobIn('completed', first);
    expect(await installation.runIn('completed', runId)).toMatchObject({
      completed: 2,
      failed: 1,
      queued: 0,
    });
  });

  it('that was long in claiming its jobs opens the ledger that was sealed meanwhile', async () => {
    const { runId, jobIds } = await failedRun(2);
    const [jobId = ''] = jobIds;
    beforeItClaims(async () => {
      await RunModel.updateOne({ _id: runId }, { $set: { 'claims.0.until': new Date(0) } });
      await installation.seal();
      expect((await balancedRun(runId)).status).toBe('completed');
    });
    await administration.retryJob(jobId);
    await installation.jobIn('completed', jobId);
    expect(await installation.runIn('completed', runId)).toMatchObject({
      completed: 1,
      failed: 1,
      queued: 0,
    });
  });

  it('of many takes the filter’s, up to the limit, and says what it left', async () => {
    await JobStatusModel.deleteMany({});
    const { runId, jobIds } = await failedRun(4);
    code = 'USER_NOT_FOUND';
    const other = await failedRun(3);
    code = 'NOT_RETRYABLE';
    failing = true;
    expect(await administration.retryFailed({ code: 'NO_SUCH', limit: 10 })).toEqual({
      retried: 0,
      skipped: 0,
    });
    failing = false;
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

  it('of many goes on where the part before ended, past what was skipped', async () => {
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

  it('of many begins no more in a second than it was told to', async () => {
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

  it('leaves on record how the generations before failed', async () => {
    const { runId, jobIds } = await failedRun(1);
    const [jobId = ''] = jobIds;
    failing = true;
    await administration.retryJob(jobId);
    await installation.runIn('completed', runId);
    failing = false;
    const attempts = ['NOT_RETRYABLE: It does not work today.'];
    const queries = createJobQueries(administration);
    expect(await queries.history(jobId)).toEqual({
      jobId,
      status: 'failed',
      generation: 2,
      attempts,
      earlier: [{ generation: 1, finishedAt: expect.any(Date), attempts }],
    });
    await administration.retryJob(jobId);
    await installation.jobIn('completed', jobId);
    const { earlier } = await queries.history(jobId);
    expect(earlier.map(({ generation }) => generation)).toEqual([1, 2]);
  });

  it('of a user’s several failed jobs takes one, and never runs two together', async () => {
    await JobStatusModel.deleteMany({});
    const userIds = await installation.makeUsers(3);
    failing = true;
    for (let round = 0; round < 3; round += 1) {
      const { runId } = await producer.enqueueUsers(userIds);
      await installation.runIn('completed', runId);
    }
    failing = false;
    expect(await administration.retryFailed({ limit: 1000 })).toEqual({ retried: 3, skipped: 6 });
    await expect
      .poll(() => JobStatusModel.countDocuments({ status: 'completed' }), { timeout: 20_000 })
      .toBe(3);
    expect(together).toBe(1);
    const newest = await JobStatusModel.find({ status: 'completed' }).lean();
    const failed = await JobStatusModel.find({ status: 'failed' }).lean();
    expect(Math.min(...newest.map(({ runSeq }) => runSeq))).toBeGreaterThan(
      Math.max(...failed.map(({ runSeq }) => runSeq)),
    );
  });
});
