import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { createEnqueuer } from '../../../server/Services/BackgroundJobs/enqueuing/enqueuer.ts';
import { lanesOf } from '../../../server/Services/BackgroundJobs/enqueuing/lanes.ts';
import { userDataJob } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { SILENT, useInstallation } from './installation.ts';

const HORIZON_MS = 60_000;

describe('a job that belongs to no run', () => {
  const installation = useInstallation({ WORKER_CONCURRENCY: '1' });
  const { queue, lane, lanes } = installation;
  const options = { batchSize: 50, horizonMs: HORIZON_MS, log: SILENT };
  const enqueuer = createEnqueuer({ lanes, ...options });
  const payloadOf = (userId: string) => ({ userId, asOf: '2026-11-22', backfill: false });
  let aPayload: ReturnType<typeof payloadOf>;
  let otherPayload: ReturnType<typeof payloadOf>;
  beforeAll(async () => {
    const [one = '', other = ''] = await installation.makeUsers(2);
    aPayload = payloadOf(one);
    otherPayload = payloadOf(other);
  });
  beforeEach(async () => {
    await installation.wipeRedis();
    await JobStatusModel.deleteMany({});
  });
  const enqueue = (more = {}, payload = aPayload) => enqueuer.enqueue(userDataJob, payload, more);

  it('is a record and nothing else, and is done', async () => {
    const { jobId, became } = await enqueue();
    expect(became).toBe('accepted');
    expect(await installation.job(jobId)).toMatchObject({
      ...{ kind: 'user-data', runId: null, status: 'queued', payload: aPayload },
    });
    const worker = await installation.startWorker(async (payload, context) => ({
      payload,
      runId: context.runId,
    }));
    const record = await installation.jobIn('completed', jobId);
    expect(record.result).toEqual({ payload: aPayload, runId: null });
    expect(await RunModel.countDocuments()).toBe(0);
    await worker.stop();
  });

  it('is found by its key: the same again runs nothing, with another payload it is refused', async () => {
    const { jobId } = await enqueue({ key: 'mail-1' });
    expect(await enqueue({ key: 'mail-1' })).toEqual({ jobId, became: 'known', status: 'queued' });
    await expect(enqueue({ key: 'mail-1' }, otherPayload)).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
      details: { jobId },
    });
    const at = await Promise.all(Array.from({ length: 20 }, () => enqueue({ key: 'mail-2' })));
    expect(at.filter(({ became }) => became === 'accepted')).toHaveLength(1);
    expect(new Set(at.map((each) => each.jobId)).size).toBe(1);
    const worker = await installation.startWorker(() => Promise.resolve('done'));
    await installation.jobIn('completed', jobId);
    expect(await enqueue({ key: 'mail-1' })).toMatchObject({
      became: 'known',
      status: 'completed',
    });
    await worker.stop();
  });

  it('of several open ones with the same unique one is done, and the next after it', async () => {
    const [first, second] = await Promise.all([
      enqueue({ unique: 'customer-7' }),
      enqueue({ unique: 'customer-7' }, otherPayload),
    ]);
    expect(first).toMatchObject({ became: 'accepted' });
    expect(second).toMatchObject({ became: 'duplicate', of: first.jobId });
    expect(await installation.job(second.jobId)).toMatchObject({
      ...{ status: 'duplicate', duplicateOf: first.jobId },
      expiresAt: expect.any(Date),
    });
    const worker = await installation.startWorker(() => Promise.resolve('done'));
    await installation.jobIn('completed', first.jobId);
    expect(await enqueue({ unique: 'customer-7' })).toMatchObject({ became: 'accepted' });
    await worker.stop();
  });

  it('has an end that Redis alone knows recorded before another is called its duplicate', async () => {
    const first = await enqueue({ unique: 'customer-8' });
    const worker = await installation.startWorker(() => Promise.resolve('done'), {
      recorder: {
        record: () => undefined,
        whenRoom: () => Promise.resolve(),
        flush: () => Promise.resolve(),
      },
    });
    await expect.poll(() => queue.places([first.jobId])).toEqual(['completed']);
    expect(await enqueue({ unique: 'customer-8' })).toMatchObject({ became: 'accepted' });
    expect(await installation.job(first.jobId)).toMatchObject({ status: 'completed' });
    await worker.stop();
  });

  it('with a unique until its start leaves room for one more to wait beside it', async () => {
    const index = (more = {}) => enqueue({ unique: 'index', uniqueUntil: 'start', ...more });
    const first = await index();
    expect(await index()).toMatchObject({ became: 'duplicate', of: first.jobId });
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const worker = await installation.startWorker(async (_, { jobId }) => {
      const ended = new Promise<void>((resolve) => ends.set(jobId, resolve));
      begun.push(jobId);
      await ended;
    });
    await vi.waitFor(() => expect(begun).toEqual([first.jobId]), 10_000);
    // Now the first may have read what has changed since.
    const next = await index();
    expect(next.became).toBe('accepted');
    expect(await index()).toMatchObject({ became: 'duplicate', of: next.jobId });
    ends.get(first.jobId)?.();
    await installation.jobIn('completed', first.jobId);
    await vi.waitFor(() => expect(begun).toEqual([first.jobId, next.jobId]), 10_000);
    ends.get(next.jobId)?.();
    await installation.jobIn('completed', next.jobId);
    await worker.stop();
  });

  it('that has released its unique is put in again after a loss of Redis, beside the one that waits', async () => {
    const first = await enqueue({ unique: 'sitemap', uniqueUntil: 'start' });
    const worker = await installation.startWorker(() => Promise.reject(new Error('not yet')));
    await installation.jobIn('delayed', first.jobId);
    await worker.stop();
    const next = await enqueue({ unique: 'sitemap', uniqueUntil: 'start' });
    expect(next.became).toBe('accepted');
    await installation.wipeRedis();
    await installation.reconcile();
    for (const { jobId } of [first, next]) {
      expect(await installation.job(jobId)).toMatchObject({ status: 'queued', generation: 2 });
    }
    expect(await queue.places([`${first.jobId}-g2`, `${next.jobId}-g2`])).toEqual([
      'waiting',
      'waiting',
    ]);
    const third = await enqueue({ unique: 'sitemap' });
    expect(third).toMatchObject({ became: 'duplicate', of: next.jobId });
  });

  it('goes before others when its number is lower', async () => {
    const order: unknown[] = [];
    const numbers = [500, 1, 100];
    for (const priority of numbers)
      await enqueue({ priority }, payloadOf(`${priority}`.padStart(24, '0')));
    const worker = await installation.startWorker(async ({ userId }) => {
      order.push(Number(userId));
    });
    await vi.waitFor(() => expect(order).toEqual([1, 100, 500]), 5_000);
    await worker.stop();
  });

  it('is refused, and not recorded, when it cannot be used or Redis is away', async () => {
    const before = await JobStatusModel.countDocuments();
    await expect(enqueue({}, { ...aPayload, userId: 'nobody' })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    await expect(enqueue({ priority: 0 })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await expect(enqueue({ key: '' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    const away = { ...queue, requireRoom: () => Promise.reject(new Error('Redis is away')) };
    const without = createEnqueuer({ lanes: lanesOf([{ ...lane, queue: away }]), ...options });
    await expect(without.enqueue(userDataJob, aPayload)).rejects.toThrow('Redis is away');
    expect(await JobStatusModel.countDocuments()).toBe(before);
  });

  it('that Redis refused after it was recorded is accepted, and put in when Redis answers', async () => {
    const refused = {
      ...lane.outbox,
      enqueue: () => Promise.reject(new Error('Redis is away')),
    };
    const cut = createEnqueuer({ lanes: lanesOf([{ ...lane, outbox: refused }]), ...options });
    const { jobId, became } = await cut.enqueue(userDataJob, aPayload);
    expect(became).toBe('accepted');
    expect(await queue.places([jobId])).toEqual(['unknown']);
    expect(await installation.reconcile()).toMatchObject({ readded: 1 });
    const worker = await installation.startWorker(() => Promise.resolve('done'));
    await installation.jobIn('completed', jobId);
    await worker.stop();
  });

  it('is adopted when its record was lost, as after a restore of MongoDB alone', async () => {
    const { jobId } = await enqueue({ key: 'adopted', unique: 'adopted', priority: 7 });
    const before = await installation.job(jobId);
    await JobStatusModel.deleteOne({ _id: jobId });
    expect(await installation.reconcile()).toMatchObject({ adopted: 1, removed: 0 });
    expect(await installation.job(jobId)).toEqual({
      ...before,
      ...{ queuedAt: expect.any(Date), updatedAt: expect.any(Date) },
    });
  });

  it('of many are answered in their order, each recorded once', async () => {
    await JobStatusModel.deleteMany({});
    await installation.wipeRedis();
    const requests = Array.from({ length: 2_500 }, (_, position) => ({
      payload: payloadOf(position.toString(16).padStart(24, '0')),
      ...(position % 500 === 0 && { key: 'the-same' }),
    }));
    const known = enqueuer.enqueueMany(userDataJob, requests);
    await expect(known).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    const answers = await enqueuer.enqueueMany(
      userDataJob,
      requests.map(({ payload }) => ({ payload })),
    );
    expect(new Set(answers.map(({ jobId }) => jobId)).size).toBe(2_500);
    for (const position of [0, 1_234, 2_499]) {
      const { payload } = await installation.job(answers[position]?.jobId ?? '');
      expect(payload).toEqual(requests[position]?.payload);
    }
  });
});
