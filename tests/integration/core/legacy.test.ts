import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../server/errors/AppError.ts';
import { PurchaseModel } from '../../../server/models/PurchaseModel.ts';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { UserSummaryModel } from '../../../server/models/UserSummaryModel.ts';
import { createAdministration } from '../../../server/Services/BackgroundJobs/admin/createAdministration.ts';
import { lanesOf } from '../../../server/Services/BackgroundJobs/enqueuing/lanes.ts';
import { createOutbox } from '../../../server/Services/BackgroundJobs/enqueuing/outbox.ts';
import {
  endAbandonedBatches,
  IN_PROCESS,
  runBatch,
  startJobScheduler,
} from '../../../server/Services/BackgroundJobs/jobScheduler.ts';
import {
  USER_DATA,
  type UserDataPayload,
  userDataJob,
} from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { loadUserDataProcessor } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.processor.ts';
import { userDataInputOf } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.source.ts';
import { absentQueue } from '../../../server/Services/BackgroundJobs/queues/absentQueue.ts';
import { entry, type Work } from '../../../server/Services/BackgroundJobs/queues/catalogue.ts';
import type { Processor } from '../../../server/Services/BackgroundJobs/queues/jobDefinition.ts';
import { openSlotRun } from '../../../server/Services/BackgroundJobs/runs/ledger.ts';
import { createStoreClock } from '../../../server/Services/BackgroundJobs/scheduling/storeClock.ts';
import { SILENT, useInstallation } from './installation.ts';
import { failureOf } from './testWorker.ts';

describe('the in-process batch', () => {
  const installation = useInstallation();
  const outbox = createOutbox({ queue: absentQueue(IN_PROCESS), duplicateRetentionDays: 1 });
  const { env } = installation;
  const processor = loadUserDataProcessor({ env });
  const workOf =
    (processor: Processor<UserDataPayload, unknown>): Work =>
    async (payload, context) =>
      (await entry(userDataJob, async () => processor).load({ env }))(payload, context);
  const options = {
    work: workOf(processor),
    outbox,
    deadlineMs: 5_000,
    leaseMs: 30_000,
    retentionDays: 7,
    worker: 'api:1:1',
    failureOf,
    log: SILENT,
    signal: new AbortController().signal,
  };

  /** Its process dies when a page is recorded. */
  const dying = {
    ...outbox,
    async record(entries: Parameters<typeof outbox.record>[0]) {
      await outbox.record(entries);
      throw new Error('killed');
    },
  };

  let hour = 0;
  async function openBatch(batchSize = 3): Promise<string> {
    hour += 1;
    const slot = new Date(Date.UTC(2026, 5, 1, hour));
    const opening = { schedule: 'legacy-test', slot, trigger: 'schedule', mode: 'legacy' } as const;
    return (
      (await openSlotRun({ kind: USER_DATA, input: userDataInputOf({}), ...opening, batchSize }))
        ?._id ?? ''
    );
  }

  async function makeCustomers(count: number): Promise<string[]> {
    await Promise.all([UserModel.deleteMany({}), PurchaseModel.deleteMany({})]);
    const userIds = await installation.makeUsers(count);
    await PurchaseModel.insertMany(
      userIds.flatMap((userId, customer) =>
        Array.from({ length: customer }, (_, line) => ({
          userId,
          source: 'legacy-test',
          key: customer * 100 + line,
          purchasedAt: new Date(Date.UTC(2026, 0, 1 + line * 9 + customer)),
          amountCents: 1_234 + 100 * line,
          items: 1,
        })),
      ),
    );
    return userIds;
  }

  async function summaries() {
    // All but the fences and times.
    const shown = { _id: 0, runSeq: 0, createdAt: 0, updatedAt: 0 };
    return UserSummaryModel.find({}, shown).sort({ userId: 1 }).lean();
  }

  /** What the work answered for each user. */
  async function results(runId: string) {
    const jobs = await JobStatusModel.find({ runId }).sort({ userId: 1 }).lean();
    return jobs.map(({ userId, status, result }) => ({ userId, status, result }));
  }

  // Whatever `processUserData` does: with another body this holds too.
  it('makes the same summaries and results as the queue', async () => {
    await makeCustomers(8);
    const batch = await openBatch();
    await runBatch(batch, options);
    expect(await installation.runIn('completed', batch)).toMatchObject({
      mode: 'legacy',
      enumerated: 8,
      completed: 8,
    });
    const ofBatch = await summaries();
    await UserSummaryModel.deleteMany({});

    const { asOf } = await installation.balancedRun(batch);
    await installation.startWorker(processor);
    const users = await UserModel.find({}, { _id: 1 }).lean();
    const { runId } = await installation.producer.enqueueUsers(
      users.map(({ _id }) => _id.toHexString()),
      { ...(asOf !== null && { asOf }) },
    );
    await installation.runIn('completed', runId);
    expect(await summaries()).toEqual(ofBatch);
    expect(await results(batch)).toHaveLength(8);
    expect(await results(runId)).toEqual(await results(batch));
  });

  it('tries no job again, and goes on with the others', async () => {
    const [broken] = await makeCustomers(4);
    const batch = await openBatch();
    const calls = new Map<string, number>();
    const processor: Processor<UserDataPayload, unknown> = async ({ userId }) => {
      calls.set(userId, (calls.get(userId) ?? 0) + 1);
      if (userId === broken) throw new AppError('JOB_FAILED', 'broken');
      return 'done';
    };
    await runBatch(batch, { ...options, work: workOf(processor) });
    expect(await installation.runIn('completed', batch)).toMatchObject({ completed: 3, failed: 1 });
    expect([...calls.values()]).toEqual([1, 1, 1, 1]);
    const failed = await JobStatusModel.findOne({ runId: batch, status: 'failed' }).lean();
    expect(failed).toMatchObject({
      queue: IN_PROCESS,
      attempts: 1,
      starts: 1,
      worker: 'api:1:1',
      error: { code: 'JOB_FAILED', message: 'broken' },
    });
    await expect(installation.administration.retryJob(failed?._id ?? '')).rejects.toMatchObject({
      code: 'NOT_RETRYABLE',
    });
  });

  it('ends where it is when its process stops', async () => {
    await makeCustomers(9);
    const batch = await openBatch(3);
    const stopping = new AbortController();
    const processor: Processor<UserDataPayload, unknown> = async () => {
      stopping.abort(new AppError('SHUTTING_DOWN', 'stopping'));
      return 'done';
    };
    await runBatch(batch, { ...options, work: workOf(processor), signal: stopping.signal });
    const run = await installation.runIn('completed', batch);
    expect(run.enumerated).toBe(3);
    expect(run.completed + run.failed).toBe(3);
  });

  it('is ended, its open jobs failed, when its process died; a living one is left', async () => {
    await makeCustomers(5);
    const batch = await openBatch(3);
    await expect(runBatch(batch, { ...options, outbox: dying })).rejects.toThrow('killed');
    await endAbandonedBatches(() => 7);
    expect((await installation.balancedRun(batch)).status).toBe('enumerating');
    await RunModel.updateOne({ _id: batch }, { $set: { 'lease.expiresAt': new Date(0) } });
    await endAbandonedBatches(() => 7);
    expect(await installation.runIn('completed', batch)).toMatchObject({
      enumerated: 3,
      failed: 3,
    });
    const records = await JobStatusModel.find({ runId: batch }).lean();
    expect(records.map(({ error }) => error?.code)).toEqual(Array(3).fill('PROCESS_DIED'));
  });

  it('when cancelled, ends after the page at work, whose outcomes stand, also without Redis', async () => {
    await makeCustomers(9);
    const batch = await openBatch(3);
    const away = { ...installation.queue, pendingCounts: () => Promise.reject(new Error('away')) };
    const administration = createAdministration({
      ...{
        producer: installation.producer,
        lanes: lanesOf([{ ...installation.lane, queue: away, outbox: installation.outbox }]),
      },
      ...{ batchSize: 50, retentionDays: () => 7, log: SILENT },
    });
    let cancelled: Promise<unknown> | undefined;
    const processor: Processor<UserDataPayload, unknown> = async () => {
      cancelled ??= administration.cancelRun(batch);
      await cancelled;
      return 'done';
    };
    await runBatch(batch, { ...options, work: workOf(processor) });
    await installation.seal();
    expect(await installation.balancedRun(batch)).toMatchObject({
      ...{ status: 'cancelled', enumerated: 3, completed: 3, cancelled: 0 },
      finishedAt: expect.any(Date),
    });
  });

  it('is ended too when it was cancelled and its process died', async () => {
    await makeCustomers(5);
    const batch = await openBatch(3);
    await expect(runBatch(batch, { ...options, outbox: dying })).rejects.toThrow('killed');
    await installation.administration.cancelRun(batch);
    await RunModel.updateOne({ _id: batch }, { $set: { 'lease.expiresAt': new Date(0) } });
    await endAbandonedBatches(() => 7);
    await installation.seal();
    expect(await installation.balancedRun(batch)).toMatchObject({
      ...{ status: 'cancelled', enumerated: 3, failed: 3 },
      finishedAt: expect.any(Date),
    });
  });

  it('begins at its slots, and ends with the process', async () => {
    await makeCustomers(2);
    const scheduler = startJobScheduler({
      ...options,
      timetable: { expression: '* * * * * *', timezone: 'UTC' },
      batchSize: 2,
      clock: createStoreClock({ log: SILENT }),
    });
    const filter = { mode: 'legacy', schedule: 'user-data-hourly' } as const;
    await vi.waitFor(
      async () => expect(await RunModel.countDocuments(filter)).toBeGreaterThan(0),
      10_000,
    );
    await scheduler.stop();
    for (const { _id } of await RunModel.find(filter).lean()) {
      await installation.runIn('completed', _id);
    }
  });
});
