import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { createEnqueuer } from '../../../server/Services/BackgroundJobs/enqueuing/enqueuer.ts';
import {
  Cancelled,
  FailNow,
  RetryLater,
} from '../../../server/Services/BackgroundJobs/jobs/outcomes.ts';
import { userDataJob } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { cancelRequested } from '../../../server/Services/BackgroundJobs/reconciling/cancelRequested.ts';
import { stageDueJobs } from '../../../server/Services/BackgroundJobs/reconciling/stager.ts';
import { SILENT, useInstallation } from './installation.ts';

const PAYLOAD = { userId: 'a'.repeat(24), asOf: '2026-11-22', backfill: false };

describe('work that says what becomes of its job', () => {
  const installation = useInstallation();
  const { queue, lanes, administration } = installation;
  const options = { batchSize: 50, horizonMs: 60_000, log: SILENT };
  const enqueuer = createEnqueuer({ lanes, ...options });
  const enqueue = async (more = {}) => (await enqueuer.enqueue(userDataJob, PAYLOAD, more)).jobId;

  it('says how much it did by the count in its result', async () => {
    const jobIds = [await enqueue(), await enqueue(), await enqueue()];
    const results = new Map<string, unknown>(
      jobIds.map((jobId, position) => [
        jobId,
        [{ effects: 3 }, { effects: 0 }, 'no count'][position],
      ]),
    );
    const worker = await installation.startWorker(async (_, { jobId }) => results.get(jobId));
    const records = await Promise.all(
      jobIds.map((jobId) => installation.jobIn('completed', jobId)),
    );
    expect(records.map(({ effects }) => effects)).toEqual([3, 0, null]);
    await worker.stop();
  });

  it('fails at once by FailNow, under a code of its own', async () => {
    const jobId = await enqueue();
    const worker = await installation.startWorker(async () => {
      throw new FailNow('CARD_DECLINED', 'The bank refused the card.');
    });
    expect(await installation.jobIn('failed', jobId)).toMatchObject({
      ...{ attempts: 1, starts: 1 },
      error: { code: 'CARD_DECLINED', message: 'The bank refused the card.' },
    });
    await worker.stop();
  });

  it('ends as cancelled by Cancelled, and Redis keeps nothing of it', async () => {
    const jobId = await enqueue({ key: 'once', unique: 'one' });
    const worker = await installation.startWorker(async () => {
      throw new Cancelled('The order was withdrawn.');
    });
    expect(await installation.jobIn('cancelled', jobId)).toMatchObject({
      error: { code: 'CANCELLED', message: 'The order was withdrawn.' },
    });
    await expect.poll(() => queue.places([jobId])).toEqual(['unknown']);
    expect((await administration.why(jobId)).why).toContain('The order was withdrawn.');
    await worker.stop();
    // Its key and its unique are free again.
    expect(await enqueue({ key: 'once', unique: 'one' })).not.toBe(jobId);
    await installation.wipeRedis();
    await JobStatusModel.deleteMany({});
  });

  it('keeps the attempts that failed before it asked for a later time', async () => {
    const jobId = await enqueue({ attempts: 2 });
    const attempts: number[] = [];
    const worker = await installation.startWorker(async (_, { attempt }) => {
      attempts.push(attempt);
      if (attempts.length === 2) throw new RetryLater(100, 'The provider asked us to wait.');
      throw new Error('refused');
    });
    await installation.jobIn('scheduled', jobId);
    await stageDueJobs({ lanes, ...options });
    expect(await installation.jobIn('failed', jobId)).toMatchObject({ generation: 2, attempts: 2 });
    expect(attempts).toEqual([1, 2, 2]);
    await worker.stop();
    // A retry by hand begins anew.
    await administration.retryJob(jobId);
    const again = await installation.startWorker(async (_, { attempt }) => `attempt ${attempt}`);
    expect(await installation.jobIn('completed', jobId)).toMatchObject({ result: 'attempt 1' });
    await again.stop();
  });

  it('is tried later by RetryLater, as often as it asks, at no cost to its attempts', async () => {
    const jobId = await enqueue({ unique: 'held', attempts: 1 });
    let starts = 0;
    const worker = await installation.startWorker(async () => {
      starts += 1;
      if (starts < 4) throw new RetryLater(100, 'The provider asked us to wait.');
      return 'done';
    });
    const postponed = await installation.jobIn('scheduled', jobId);
    expect(postponed).toMatchObject({ attempts: 0, postponedSince: expect.any(Date) });
    expect((await administration.why(jobId)).why).toMatch(/^Its own work asked for a later time/);
    const other = await enqueuer.enqueue(userDataJob, PAYLOAD, { unique: 'held' });
    expect(other).toMatchObject({ became: 'duplicate', of: jobId });
    await vi.waitFor(
      async () => {
        await stageDueJobs({ lanes, ...options });
        expect(starts).toBe(4);
      },
      { timeout: 20_000, interval: 50 },
    );
    expect(await installation.jobIn('completed', jobId)).toMatchObject({
      ...{ generation: 4, attempts: 1, result: 'done' },
    });
    await worker.stop();
  });

  it('gives up when it has asked for a later time for too long', async () => {
    const jobId = await enqueue();
    await JobStatusModel.updateOne({ _id: jobId }, { $set: { postponedSince: new Date(0) } });
    const worker = await installation.startWorker(async () => {
      throw new RetryLater(100, 'The provider asked us to wait.');
    });
    expect(await installation.jobIn('failed', jobId)).toMatchObject({
      error: { code: 'GAVE_UP', message: expect.stringContaining('asked us to wait') },
    });
    await worker.stop();
  });
});

describe('a job that an administrator cancels', () => {
  const installation = useInstallation();
  const { queue, lanes, administration } = installation;
  const enqueuer = createEnqueuer({ lanes, batchSize: 50, horizonMs: 60_000, log: SILENT });
  const enqueue = async (more = {}) => (await enqueuer.enqueue(userDataJob, PAYLOAD, more)).jobId;

  it('while it waits, or is due later, is gone at once', async () => {
    const ids = [
      await enqueue(),
      await enqueue({ runAt: new Date(Date.now() + 10_000) }),
      await enqueue({ runAt: new Date(Date.now() + 3_600_000) }),
    ];
    for (const jobId of ids) {
      expect(await administration.cancelJob(jobId)).toEqual({ jobId, status: 'cancelled' });
      expect(await installation.job(jobId)).toMatchObject({ status: 'cancelled' });
    }
    expect(await queue.places(ids)).toEqual(['unknown', 'unknown', 'unknown']);
    await expect(administration.cancelJob(ids[0] ?? '')).rejects.toMatchObject({
      ...{ code: 'JOB_FINISHED', details: { status: 'cancelled' } },
    });
    await expect(administration.cancelJob('nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('while it is on its way into Redis, is not called cancelled before it cannot arrive', async () => {
    const jobId = await enqueue();
    // As in the moment between record and queue.
    await queue.remove([jobId]);
    expect(await administration.cancelJob(jobId)).toEqual({ jobId, status: 'cancelling' });
    await installation.reconcile();
    expect(await installation.job(jobId)).toMatchObject({ status: 'queued', generation: 1 });
    expect((await administration.why(jobId)).why).toMatch(/^It is being cancelled/);
    await JobStatusModel.updateOne({ _id: jobId }, { $set: { updatedAt: new Date(0) } });
    expect(await cancelRequested(lanes)).toBe(1);
    expect(await installation.job(jobId)).toMatchObject({ status: 'cancelled' });
  });

  it('while it is at work, is ended by its signal', async () => {
    const jobId = await enqueue();
    let begun = false;
    let cancelled = false;
    const aborted: unknown[] = [];
    const worker = await installation.startWorker(
      async (_, { signal }) => {
        begun = true;
        await wait(60_000, undefined, { signal }).catch(() => aborted.push(signal.reason));
        throw new Error('aborted');
      },
      { isCancelled: () => cancelled },
    );
    // Redis calls it active a moment before its work begins.
    await vi.waitFor(() => expect(begun).toBe(true), 10_000);
    expect(await administration.cancelJob(jobId)).toEqual({ jobId, status: 'cancelling' });
    cancelled = true;
    worker.endCancelled();
    expect(await installation.jobIn('cancelled', jobId)).toMatchObject({ starts: 1 });
    expect(aborted).toEqual([expect.any(Cancelled)]);
    await expect.poll(() => queue.places([jobId])).toEqual(['unknown']);
    await worker.stop();
  });
});
