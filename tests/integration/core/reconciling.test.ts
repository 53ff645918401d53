import { describe, expect, it, vi } from 'vitest';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { createOutbox } from '../../../server/Services/BackgroundJobs/enqueuing/outbox.ts';
import {
  USER_DATA,
  userDataJobId,
} from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import {
  userDataInputOf,
  userDataSource,
} from '../../../server/Services/BackgroundJobs/jobs/userData/userData.source.ts';
import { redisUnavailable } from '../../../server/Services/BackgroundJobs/queues/redisErrors.ts';
import { countsDisagree } from '../../../server/Services/BackgroundJobs/reconciling/countsDisagree.ts';
import { reconcile } from '../../../server/Services/BackgroundJobs/reconciling/reconciler.ts';
import type { Recorder } from '../../../server/Services/BackgroundJobs/recording/recorder.ts';
import { entryOf, enumerateRun } from '../../../server/Services/BackgroundJobs/runs/enumerate.ts';
import { findRun, openRequestedRun } from '../../../server/Services/BackgroundJobs/runs/ledger.ts';
import { SILENT, useInstallation } from './installation.ts';
import { makeEnvelope } from './makeEnvelope.ts';

/** A recorder that loses everything, as one whose process is killed before it writes. */
const LOSING: Recorder = {
  record: () => undefined,
  whenRoom: () => Promise.resolve(),
  flush: () => Promise.resolve(),
};

const NOTHING = { recorded: 0, readded: 0, duplicates: 0, cancelled: 0, adopted: 0, removed: 0 };

describe('the reconciler', () => {
  const installation = useInstallation();
  const { producer, queue, balancedRun } = installation;

  const disagree = (graceMs = 0) => countsDisagree(installation.lanes, { graceMs, settleMs: 10 });

  async function finish(runId: string): Promise<void> {
    const worker = await installation.startWorker(() => Promise.resolve('done'));
    await installation.runIn('completed', runId);
    await worker.stop();
  }

  it('changes nothing where records and queue agree', async () => {
    const { runId } = await installation.newRun(3);
    expect(await installation.reconcile()).toEqual({ looked: 3, ...NOTHING });
    expect(await disagree()).toBe(false);
    await finish(runId);
  });

  it('puts in again what Redis lost, in the next generation, and each job is done once', async () => {
    const { runId, jobIds } = await installation.newRun(30);
    const executed: string[] = [];
    // Five are done; those after them wait until the worker stops, and are handed back.
    const worker = await installation.startWorker(async (_, { jobId, signal }) => {
      if (executed.length === 5) {
        await new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      }
      executed.push(jobId);
    });
    await vi.waitFor(() => expect(executed).toHaveLength(5));
    await worker.stop();
    const before = await balancedRun(runId);
    await installation.wipeRedis();
    expect(await disagree()).toBe(true);

    const { readded } = await installation.reconcile();
    expect(readded).toBe(30 - before.completed);
    const records = await JobStatusModel.find({ runId, status: 'queued' }).lean();
    expect(records.every(({ generation }) => generation === 2)).toBe(true);
    const pending = await queue.pendingPage(0, 100);
    expect(pending.map(({ queueId }) => queueId).sort()).toEqual(
      records.map(({ _id }) => `${_id}-g2`).sort(),
    );
    expect(await balancedRun(runId)).toMatchObject({ enumerated: 30, queued: readded });
    await finish(runId);
    expect(await balancedRun(runId)).toMatchObject({ completed: jobIds.length, failed: 0 });
  });

  it('takes what is on its way into Redis for no difference, until it is older than the grace', async () => {
    const jobId = `on-its-way-${Date.now()}`;
    await installation.outbox.record([
      { envelope: makeEnvelope({ jobId }), deduplicationId: null },
    ]);
    expect(await disagree(60_000)).toBe(false);
    expect(await disagree(0)).toBe(true);
    await JobStatusModel.deleteOne({ _id: jobId });
  });

  it('takes what goes through the queue while it counts for no difference', async () => {
    const { runId } = await installation.newRun(2_000);
    const worker = await installation.startWorker(() => Promise.resolve('done'));
    const answers: boolean[] = [];
    while ((await balancedRun(runId)).status === 'running' && answers.length < 5) {
      answers.push(await countsDisagree(installation.lanes, { graceMs: 60_000, settleMs: 300 }));
      await installation.seal();
    }
    expect(answers).not.toContain(true);
    await installation.runIn('completed', runId);
    await worker.stop();
  });

  it('finds what was lost of a flow that never rests among the oldest records', async () => {
    const { runId, jobIds } = await installation.newRun(20);
    const oldest = await JobStatusModel.findOne({ runId }).sort({ queuedAt: 1, _id: 1 }).lean();
    expect(await queue.remove([oldest?._id ?? ''])).toEqual([true]);
    const { lanes, env } = installation;
    const found = await reconcile({
      ...{ lanes, graceMs: 0, retentionDays: () => 7, batchSize: env.USER_BATCH_SIZE, log: SILENT },
      oldest: 1,
    });
    expect(found).toMatchObject({ looked: 20, readded: 1 });
    await finish(runId);
    expect(await balancedRun(runId)).toMatchObject({ completed: jobIds.length });
  });

  it('adds the batch that Redis refused', async () => {
    const users = await installation.makeUsers(100);
    const { runId } = await producer.enqueueUsers([]);
    const run = await findRun(runId);
    if (run === null) throw new Error('There is no run.');
    let batches = 0;
    const outbox = createOutbox({
      duplicateRetentionDays: 1,
      queue: {
        ...queue,
        add(entries) {
          batches += 1;
          return batches === 2 ? Promise.reject(redisUnavailable()) : queue.add(entries);
        },
      },
    });
    const entries = await outbox.record(
      users.map((userId) => entryOf(run, userDataSource, userId)),
    );
    expect(await outbox.enqueue(entries, 25)).toEqual({
      enqueued: 75,
      duplicates: 0,
      notEnqueued: 25,
    });
    expect(await queue.pendingCounts()).toMatchObject({ waiting: 75 });
    expect(await JobStatusModel.countDocuments({ runId, status: 'queued' })).toBe(100);
    expect(await installation.reconcile()).toMatchObject({ looked: 100, readded: 25 });
    expect(await queue.pendingCounts()).toMatchObject({ waiting: 100 });
    const worker = await installation.startWorker(() => Promise.resolve());
    await vi.waitFor(
      async () =>
        expect(await JobStatusModel.countDocuments({ runId, status: 'completed' })).toBe(100),
      20_000,
    );
    await worker.stop();
  });

  it('keeps what it put in anew when an older generation is handed over late', async () => {
    const [userId = ''] = await installation.makeUsers(1);
    const { runId } = await producer.enqueueUsers([userId]);
    const run = await findRun(runId);
    if (run === null) throw new Error('There is no run.');
    await installation.wipeRedis();
    expect(await installation.reconcile()).toMatchObject({ readded: 1 });
    expect(await installation.outbox.enqueue([entryOf(run, userDataSource, userId)], 50)).toEqual({
      enqueued: 1,
      duplicates: 0,
      notEnqueued: 0,
    });
    expect(await queue.places([`${userDataJobId(runId, userId)}-g2`])).toEqual(['waiting']);
    await finish(runId);
  });

  it('leaves the page of a run that is still enumerated to its producer, and mends those before', async () => {
    const [done = '', ...ahead] = (await installation.makeUsers(5)).sort();
    const run = await openRequestedRun({
      ...{
        trigger: 'manual',
        mode: 'queue',
        batchSize: 50,
        kind: USER_DATA,
        input: userDataInputOf({}),
      },
      ...{ selection: [done, ...ahead], requestId: null },
    });
    if (run === null) throw new Error('The run was not opened.');
    await installation.outbox.record(
      [done, ...ahead].map((userId) => entryOf(run, userDataSource, userId)),
    );
    await RunModel.updateOne({ _id: run._id }, { $set: { checkpoint: done, enumerated: 1 } });
    expect(await installation.reconcile()).toEqual({ ...NOTHING, looked: 5, readded: 1 });
    const enumeration = await enumerateRun(run._id, {
      source: userDataSource,
      outbox: installation.outbox,
      leaseMs: 30_000,
      log: SILENT,
      signal: new AbortController().signal,
    });
    expect(enumeration).toMatchObject({ ended: 'finished', enqueued: 4 });
    const records = await JobStatusModel.find({ runId: run._id }).sort({ userId: 1 }).lean();
    expect(records.map(({ generation }) => generation)).toEqual([2, 1, 1, 1, 1]);
    expect(await balancedRun(run._id)).toMatchObject({ enumerated: 5, queued: 5 });
    await finish(run._id);
  });

  it('records outcomes that Redis holds and no worker brought', async () => {
    const { runId, jobIds } = await installation.newRun(4);
    const worker = await installation.startWorker(
      async ({ userId }) => {
        if (userId === jobIds[0]?.slice(-24)) throw new Error('always');
        return { of: userId };
      },
      { recorder: LOSING },
    );
    await vi.waitFor(async () => {
      expect(await queue.pendingCounts()).toEqual({ waiting: 0, active: 0, delayed: 0 });
    }, 20_000);
    await worker.stop();
    expect(await balancedRun(runId)).toMatchObject({ queued: 3, active: 1 });

    expect(await installation.reconcile()).toMatchObject({ looked: 4, recorded: 4, readded: 0 });
    expect(await installation.job(jobIds[0] ?? '')).toMatchObject({
      status: 'failed',
      attempts: 4,
      error: { code: 'JOB_FAILED', message: 'always' },
    });
    const done = await installation.job(jobIds[1] ?? '');
    expect(done).toMatchObject({ status: 'completed', attempts: 1, starts: 1 });
    expect(done.result).toEqual({ of: jobIds[1]?.slice(-24) });
    expect(done.durationMs).toBeGreaterThanOrEqual(0);
    await installation.runIn('completed', runId);
  });

  it('does a job again of which Redis, restored, holds an older end than the record', async () => {
    const { runId, jobIds } = await installation.newRun(1);
    const [jobId = ''] = jobIds;
    const worker = await installation.startWorker(() => Promise.resolve(), { recorder: LOSING });
    await vi.waitFor(async () => {
      expect(await queue.places(jobIds)).toEqual(['completed']);
    });
    await worker.stop();
    await JobStatusModel.updateOne({ _id: jobId }, { $set: { status: 'active', starts: 3 } });
    expect(await installation.reconcile()).toMatchObject({ recorded: 0, readded: 1 });
    await finish(runId);
  });

  describe('after a restore of MongoDB alone, with a newer generation in Redis', () => {
    /** The records as they stood before Redis lost the jobs and they were put in anew. */
    async function restored(status: 'queued' | 'failed') {
      const { runId, jobIds } = await installation.newRun(1);
      const [jobId = ''] = jobIds;
      await installation.wipeRedis();
      expect(await installation.reconcile()).toMatchObject({ readded: 1 });
      await JobStatusModel.updateOne({ _id: jobId }, { $set: { generation: 1, status } });
      return { runId, jobId };
    }

    it('the job is done, and its record says so in that generation', async () => {
      const { runId, jobId } = await restored('queued');
      let done = 0;
      const worker = await installation.startWorker(async () => {
        done += 1;
      });
      expect(await installation.jobIn('completed', jobId)).toMatchObject({ generation: 2 });
      expect(done).toBe(1);
      expect(await installation.reconcile()).toMatchObject(NOTHING);
      await installation.runIn('completed', runId);
      await worker.stop();
    });

    it('a start that its record refuses leaves no completed job behind, and a retry does the work', async () => {
      const { runId, jobId } = await restored('failed');
      let done = 0;
      const worker = await installation.startWorker(async () => {
        done += 1;
      });
      await vi.waitFor(async () => {
        expect(await queue.places([`${jobId}-g2`])).toEqual(['unknown']);
      });
      expect(done).toBe(0);
      expect((await installation.job(jobId)).status).toBe('failed');
      await installation.administration.retryJob(jobId);
      await installation.jobIn('completed', jobId);
      expect(done).toBe(1);
      await installation.runIn('completed', runId);
      await worker.stop();
    });
  });

  it('makes a job a duplicate when the user has a newer one by then', async () => {
    const [user = ''] = await installation.makeUsers(1);
    const first = await producer.enqueueUser(user);
    await installation.wipeRedis();
    const second = await producer.enqueueUser(user);
    expect(second).toMatchObject({ enqueued: 1 });
    expect(await installation.reconcile()).toMatchObject({ readded: 0, duplicates: 1 });
    expect(await installation.job(userDataJobId(first.runId, user))).toMatchObject({
      status: 'duplicate',
      duplicateOf: userDataJobId(second.runId, user),
    });
    await balancedRun(first.runId);
    await finish(second.runId);
  });
});
