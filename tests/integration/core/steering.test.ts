import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { WorkerModel } from '../../../server/models/system/WorkerModel.ts';
import { createQueueAdministration } from '../../../server/Services/BackgroundJobs/admin/queueAdministration.ts';
import { watchCancelIntents } from '../../../server/Services/BackgroundJobs/consuming/cancelIntents.ts';
import { liveWorkers } from '../../../server/Services/BackgroundJobs/consuming/workerSigns.ts';
import { createEnqueuer } from '../../../server/Services/BackgroundJobs/enqueuing/enqueuer.ts';
import { lanesOf } from '../../../server/Services/BackgroundJobs/enqueuing/lanes.ts';
import {
  USER_DATA,
  userDataJob,
} from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { absentQueue } from '../../../server/Services/BackgroundJobs/queues/absentQueue.ts';
import { cancelRequested } from '../../../server/Services/BackgroundJobs/reconciling/cancelRequested.ts';
import { followOrders } from '../../../server/Services/BackgroundJobs/steering/followOrders.ts';
import { orderWorker } from '../../../server/Services/BackgroundJobs/steering/orderWorker.ts';
import { applySteering } from '../../../server/Services/BackgroundJobs/steering/queueSteering.ts';
import { SILENT, useInstallation } from './installation.ts';
import { workerIsAlive } from './workerIsAlive.ts';

const PAYLOAD = { userId: 'a'.repeat(24), asOf: '2026-11-22', backfill: false };

describe('a queue that an administrator steers', () => {
  const installation = useInstallation();
  const { queue, lanes, administration } = installation;
  const steering = createQueueAdministration(lanes, [userDataJob]);
  const enqueuer = createEnqueuer({ lanes, batchSize: 50, horizonMs: 60_000, log: SILENT });
  const enqueue = async (more = {}) => (await enqueuer.enqueue(userDataJob, PAYLOAD, more)).jobId;

  it('stays paused over a loss of Redis, says so, and goes on when it is resumed', async () => {
    const paused = await steering.pauseQueue(USER_DATA, {
      by: 'eve',
      note: 'the mail server moves',
    });
    expect(paused).toMatchObject({ queue: USER_DATA, paused: { by: 'eve' }, kinds: [USER_DATA] });
    await installation.wipeRedis();
    expect(await queue.isPaused()).toBe(false);
    expect(await applySteering(lanes)).toEqual([USER_DATA]);
    expect(await applySteering(lanes)).toEqual([]);
    const jobId = await enqueue();
    const begun: string[] = [];
    const worker = await installation.startWorker(async (_, context) => {
      begun.push(context.jobId);
    });
    expect((await administration.why(jobId)).why).toMatch(
      /is paused by an admin, since .*the mail server moves.*resumed/,
    );
    expect(await queue.hasTakeableJob()).toBe(false);
    expect(begun).toEqual([]);
    await steering.resumeQueue(USER_DATA);
    await installation.jobIn('completed', jobId);
    await worker.stop();
  });

  it('leaves a worker that is quiet without jobs, until it is told to work', async () => {
    const begunBy: Record<'quiet' | 'other', string[]> = { quiet: [], other: [] };
    const start = (name: keyof typeof begunBy) =>
      installation.startWorker(async (_, { jobId }) => {
        begunBy[name].push(jobId);
      });
    const quiet = await start('quiet');
    const first = await enqueue();
    await installation.jobIn('completed', first);
    quiet.quieten(true);
    expect(quiet.activity()).toMatchObject({ suspended: true });
    const other = await start('other');
    const jobs = await Promise.all(Array.from({ length: 20 }, () => enqueue()));
    for (const jobId of jobs) await installation.jobIn('completed', jobId);
    expect(begunBy.quiet).toEqual([first]);
    expect(begunBy.other.sort()).toEqual(jobs.sort());
    await other.stop();
    const last = await enqueue();
    quiet.quieten(false);
    await installation.jobIn('completed', last);
    expect(begunBy.quiet).toEqual([first, last]);
    await quiet.stop();
  });

  it('follows what is asked of a worker by its name, and of no other', async () => {
    await workerIsAlive(USER_DATA);
    const [alive] = await liveWorkers(USER_DATA);
    const name = alive?._id ?? '';
    const told: string[] = [];
    const follow = (followed: string) =>
      followOrders({
        name: followed,
        quieten: (quiet) => void told.push(`${followed}: ${quiet ? 'quiet' : 'work'}`),
        stop: () => void told.push(`${followed}: stop`),
        intervalMs: 20,
        log: SILENT,
      });
    const following = [follow(name), follow('another')];
    for (const order of ['quiet', 'work', 'stop'] as const) {
      expect(await orderWorker(name, { order, by: 'eve' })).toMatchObject({
        ...{ worker: name, asked: { order, by: 'eve' } },
      });
      await vi.waitFor(() => expect(told.at(-1)).toBe(`${name}: ${order}`), { timeout: 5_000 });
    }
    expect(told.filter((line) => line.startsWith('another'))).toEqual([]);
    for (const gone of [name, 'another']) {
      await expect(orderWorker(gone, { order: 'work', by: 'eve' })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    }
    for (const each of following) await each.stop();
    expect(told.filter((line) => line.endsWith('stop'))).toHaveLength(1);
    await WorkerModel.deleteOne({ _id: name });
  });

  it('has at most so many jobs at work, and an idle worker behind a limit is well', async () => {
    await steering.limitQueue(USER_DATA, { maxConcurrency: 1 });
    let atWork = 0;
    let most = 0;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const work = async () => {
      atWork += 1;
      most = Math.max(most, atWork);
      await held;
      atWork -= 1;
    };
    const workers = [await installation.startWorker(work), await installation.startWorker(work)];
    await workerIsAlive(queue.name);
    const ids = [await enqueue(), await enqueue(), await enqueue()];
    await vi.waitFor(() => expect(atWork).toBe(1));
    await vi.waitFor(async () => expect((await queue.pendingCounts()).waiting).toBe(2));
    expect(await queue.hasTakeableJob()).toBe(false);
    expect((await administration.why(ids[2] ?? '')).why).toMatch(/at its limit \(1 job at once\)/);
    release();
    for (const jobId of ids) await installation.jobIn('completed', jobId);
    expect(most).toBe(1);
    const { limits } = await steering.limitQueue(USER_DATA, { maxConcurrency: null });
    expect(limits).toEqual({ concurrency: null, maxConcurrency: null, rate: null });
    for (const worker of workers) await worker.stop();
  });

  it('keeps the limits of two administrators who set different ones at once', async () => {
    await Promise.all([
      steering.limitQueue(USER_DATA, { concurrency: 7 }),
      steering.limitQueue(USER_DATA, { rate: { max: 5_000, durationMs: 1_000 } }),
      steering.limitQueue(USER_DATA, { maxConcurrency: 900 }),
    ]);
    const [view] = await steering.listQueues();
    expect(view?.limits).toEqual({
      ...{ concurrency: 7, maxConcurrency: 900 },
      rate: { max: 5_000, durationMs: 1_000 },
    });
    await steering.limitQueue(USER_DATA, { concurrency: null, maxConcurrency: null, rate: null });
  });

  it('is listed beside one that cannot be opened, which says why', async () => {
    const broken = absentQueue('broken', () => new Error('no such file'));
    const both = lanesOf([installation.lane, { ...installation.lane, queue: broken }]);
    expect(await createQueueAdministration(both, []).listQueues()).toMatchObject([
      { queue: USER_DATA, counts: { waiting: 0 }, problem: null },
      { queue: 'broken', counts: null, problem: 'no such file' },
    ]);
  });

  it('is not taken for empty while fewer jobs at once are begun', async () => {
    await enqueuer.enqueueMany(
      userDataJob,
      Array.from({ length: 60 }, () => ({ payload: PAYLOAD })),
    );
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const worker = await installation.startWorker(() => held);
    worker.limit(4);
    await vi.waitFor(() => expect(worker.activity().running).toBeGreaterThanOrEqual(3), 10_000);
    const { sawEmptyAt } = worker.activity();
    worker.limit(1);
    release();
    await vi.waitFor(() => expect(worker.activity().completed).toBeGreaterThan(20), 10_000);
    expect(worker.activity().sawEmptyAt).toBe(sawEmptyAt);
    await worker.stop();
  });

  it('begins no job of before once a drain is answered, and all that come later', async () => {
    const before = (
      await enqueuer.enqueueMany(
        userDataJob,
        Array.from({ length: 500 }, () => ({ payload: PAYLOAD })),
      )
    ).map(({ jobId }) => jobId);
    const begun: string[] = [];
    let drained = false;
    const late: string[] = [];
    const intents = watchCancelIntents({ intervalMs: 200, onSeen: () => undefined, log: SILENT });
    const worker = await installation.startWorker(
      async (_, { jobId }) => {
        begun.push(jobId);
        if (drained) late.push(jobId);
        await wait(20);
      },
      { isCancelled: intents.has, mustAsk: () => intents.mustAsk(USER_DATA) },
    );
    await vi.waitFor(() => expect(begun.length).toBeGreaterThan(5), { timeout: 20_000 });
    const { jobs } = await steering.drainQueue(USER_DATA);
    drained = true;
    expect(jobs).toBeGreaterThan(400);
    const later = await enqueue();
    // The hold passes by itself, though the keeper has cancelled nothing yet.
    await vi.waitFor(
      async () => {
        await applySteering(lanes);
        expect((await installation.job(later)).status).toBe('completed');
      },
      { timeout: 20_000, interval: 100 },
    );
    expect(late).toEqual([later]);
    for (const jobId of before) {
      expect((await installation.job(jobId)).status).toBe(
        begun.includes(jobId) ? 'completed' : 'cancelled',
      );
    }
    await cancelRequested(lanes);
    expect((await steering.listQueues())[0]).toMatchObject({ drainedAt: null });
    await worker.stop();
    await intents.stop();
  });

  it('is cleaned of what has waited since before an instant, of one kind and state', async () => {
    const old = await enqueue();
    const later = await enqueue({ runAt: new Date(Date.now() + 3_600_000) });
    const counted = await steering.countWaiting(USER_DATA, {});
    expect(counted).toMatchObject({ queue: USER_DATA, jobs: 2 });
    expect(counted.groups).toContainEqual(
      expect.objectContaining({ kind: 'user-data', state: 'scheduled', jobs: 1 }),
    );
    const { before } = counted;
    const young = await enqueue();
    const none = { before: new Date(before.getTime() - 3_600_000) };
    expect(await steering.countWaiting(USER_DATA, none)).toMatchObject({ jobs: 0, groups: [] });
    expect(await steering.drainQueue(USER_DATA, none)).toMatchObject({ jobs: 0 });
    expect(await steering.drainQueue(USER_DATA, { before, kind: 'email' })).toMatchObject({
      jobs: 0,
    });
    const cleaned = await steering.drainQueue(USER_DATA, { before, state: 'queued' });
    expect(cleaned).toEqual({ queue: USER_DATA, jobs: 1 });
    expect(await cancelRequested(lanes)).toBe(1);
    const states = [old, later, young].map(async (id) => (await installation.job(id)).status);
    expect(await Promise.all(states)).toEqual(['cancelled', 'scheduled', 'queued']);
    await steering.drainQueue(USER_DATA);
    await cancelRequested(lanes);
  });

  it('is drained of what waits now, and of nothing that comes later', async () => {
    const waiting = [await enqueue(), await enqueue({ runAt: new Date(Date.now() + 3_600_000) })];
    expect(await steering.drainQueue(USER_DATA)).toEqual({ queue: USER_DATA, jobs: 2 });
    expect((await steering.listQueues())[0]).toMatchObject({ drainedAt: expect.any(Date) });
    const later = await enqueue();
    expect(await cancelRequested(lanes)).toBe(2);
    for (const jobId of waiting) {
      expect(await installation.job(jobId)).toMatchObject({ status: 'cancelled' });
    }
    expect(await installation.job(later)).toMatchObject({ status: 'queued' });
    await expect(steering.drainQueue('nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(steering.pauseQueue('nothing', { by: 'eve', note: '' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});
