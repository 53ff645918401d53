import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { createAdministration } from '../../../server/Services/BackgroundJobs/admin/createAdministration.ts';
import { createJobQueries } from '../../../server/Services/BackgroundJobs/admin/jobQueries.ts';
import { createEnqueuer } from '../../../server/Services/BackgroundJobs/enqueuing/enqueuer.ts';
import { claimNextGeneration } from '../../../server/Services/BackgroundJobs/enqueuing/generation.ts';
import { lanesOf } from '../../../server/Services/BackgroundJobs/enqueuing/lanes.ts';
import { userDataJob } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { useFailingWork } from './failingWork.ts';
import { SILENT, useInstallation } from './installation.ts';
import { makeEnvelope } from './makeEnvelope.ts';

describe('a retry', () => {
  const installation = useInstallation();
  const { producer, administration, queue, balancedRun } = installation;
  const work = useFailingWork(installation);
  const { failedRun } = work;

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

  it('of two failed jobs with the same unique begins one, and the other is told of it', async () => {
    const enqueuer = createEnqueuer({
      ...{ lanes: installation.lanes, batchSize: 50, horizonMs: 60_000, log: SILENT },
    });
    const payload = { userId: 'a'.repeat(24), asOf: '2026-11-22', backfill: false };
    const failed: string[] = [];
    work.fails = true;
    for (let job = 0; job < 2; job += 1) {
      const { jobId } = await enqueuer.enqueue(userDataJob, payload, { unique: 'one' });
      await installation.jobIn('failed', jobId);
      failed.push(jobId);
    }
    const open = { paused: false, maxConcurrency: null, rate: null };
    await queue.steer({ ...open, paused: true });
    const answers = await Promise.allSettled(failed.map((jobId) => administration.retryJob(jobId)));
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer] : []));
    expect(refused.map(({ reason }) => reason.code)).toEqual(['JOB_PENDING']);
    await installation.wipeRedis();
    await JobStatusModel.deleteMany({ _id: { $in: failed } });
    await queue.steer(open);
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
        // Its version is one that this worker does not know yet: it stays pending.
        envelope: makeEnvelope({ jobId: live, runId: 'm-live', version: 99 }),
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
      lanes: lanesOf([
        {
          ...installation.lane,
          queue: { ...queue, holderOf: () => Promise.resolve(null) },
          outbox: installation.outbox,
        },
      ]),
      batchSize: 50,
      retentionDays: () => 7,
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

  it('leaves on record how the generations before failed', async () => {
    const { runId, jobIds } = await failedRun(1);
    const [jobId = ''] = jobIds;
    work.fails = true;
    await administration.retryJob(jobId);
    await installation.runIn('completed', runId);
    work.fails = false;
    const attempts = ['NOT_RETRYABLE: It does not work today.'];
    const queries = createJobQueries(administration, []);
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
});
