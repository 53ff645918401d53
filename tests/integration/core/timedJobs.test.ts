import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import {
  createEnqueuer,
  type EnqueueOptions,
} from '../../../server/Services/BackgroundJobs/enqueuing/enqueuer.ts';
import { lanesOf } from '../../../server/Services/BackgroundJobs/enqueuing/lanes.ts';
import { userDataJob } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { createAlarms } from '../../../server/Services/BackgroundJobs/reconciling/alarms.ts';
import { startKeeper } from '../../../server/Services/BackgroundJobs/reconciling/keeper.ts';
import { reconcile } from '../../../server/Services/BackgroundJobs/reconciling/reconciler.ts';
import { stageDueJobs } from '../../../server/Services/BackgroundJobs/reconciling/stager.ts';
import { SILENT, useInstallation } from './installation.ts';

const HORIZON_MS = 60_000;
const DAY_MS = 86_400_000;

describe('a job', () => {
  const installation = useInstallation({ WORKER_CONCURRENCY: '1' });
  const { queue, lane, lanes } = installation;
  const options = { batchSize: 50, horizonMs: HORIZON_MS, log: SILENT };
  const enqueuer = createEnqueuer({ lanes, ...options });
  let userId: string;
  beforeAll(async () => {
    [userId = ''] = await installation.makeUsers(1);
  });
  beforeEach(async () => {
    await installation.wipeRedis();
    await JobStatusModel.deleteMany({});
  });
  const enqueue = (more: EnqueueOptions) =>
    enqueuer.enqueue(userDataJob, { userId, asOf: '2026-11-22', backfill: false }, more);

  it('due at a certain time is put in again first of those that are due first', async () => {
    const inSeconds = (seconds: number) => new Date(Date.now() + 1_000 * seconds);
    const due: string[] = [];
    // The later one is due, the earlier it was asked for.
    for (const seconds of [50, 40, 30, 20]) {
      due.unshift((await enqueue({ runAt: inSeconds(seconds) })).jobId);
    }
    await installation.wipeRedis();
    const added: string[] = [];
    const watched = lanesOf([
      {
        ...lane,
        outbox: {
          ...lane.outbox,
          enqueue(entries, ...rest) {
            added.push(...entries.map(({ envelope }) => envelope.jobId));
            return lane.outbox.enqueue(entries, ...rest);
          },
        },
      },
    ]);
    const look = (graceMs: number) =>
      reconcile({
        ...{ lanes: watched, batchSize: 50, graceMs, timed: true },
        ...{ log: SILENT, retentionDays: () => 7 },
      });
    expect(await look(60_000)).toMatchObject({ readded: 0 });
    const { readded } = await look(0);
    expect(added).toHaveLength(readded);
    expect(added.filter((id) => due.includes(id))).toEqual(due);
  });

  it('due much later costs Redis nothing, and comes in time however Redis fares', async () => {
    const later = await enqueue({ runAt: new Date(Date.now() + 30 * DAY_MS), unique: 'later' });
    expect(await installation.job(later.jobId)).toMatchObject({ status: 'scheduled' });
    expect(await queue.places([later.jobId])).toEqual(['unknown']);
    expect(await enqueue({ unique: 'later' })).toMatchObject({ became: 'duplicate' });
    expect(await stageDueJobs({ lanes, ...options })).toBe(0);

    const due = await enqueue({ runAt: new Date(Date.now() + HORIZON_MS + 500) });
    await vi.waitFor(async () => expect(await stageDueJobs({ lanes, ...options })).toBe(1), 5_000);
    expect(await queue.places([due.jobId])).toEqual(['delayed']);
    await installation.wipeRedis();
    await installation.reconcile();
    const readded = await installation.job(due.jobId);
    expect(readded).toMatchObject({ status: 'queued', generation: 2 });
    // What Redis lost is put in again with its delay: it is not done early.
    expect(await queue.places([`${due.jobId}-g2`])).toEqual(['delayed']);
  });

  it('due within seconds comes in time though Redis loses everything', async () => {
    const alarms = createAlarms(installation.redis, installation.env.QUEUE_PREFIX);
    await alarms.ring();
    await alarms.reset();
    const dueAt = Date.now() + 8_000;
    const { jobId } = await enqueue({ runAt: new Date(dueAt) });
    const keeper = startKeeper({
      reconciliation: {
        lanes,
        graceMs: 30_000,
        retentionDays: () => 7,
        batchSize: 50,
        alarms,
        log: SILENT,
      },
      // Longer than this test: only the look at Redis of each second can notice.
      reconcileIntervalMs: 600_000,
      ...{ horizonMs: HORIZON_MS, retentionDays: () => 7, log: SILENT },
      timetable: { expression: '0 * * * *', timezone: 'UTC' },
      resume: () => Promise.resolve(),
      resumeStopped: () => undefined,
    });
    const worker = await installation.startWorker(() => Promise.resolve(Date.now()));
    // Let the reconciler's first round pass before.
    await expect
      .poll(async () => installation.redis.get(`${installation.env.QUEUE_PREFIX}:epoch`))
      .not.toBeNull();
    await installation.wipeRedis();
    const { result, generation } = await installation.jobIn('completed', jobId);
    expect(generation).toBe(2);
    expect(Number(result)).toBeGreaterThanOrEqual(dueAt);
    expect(Number(result)).toBeLessThan(dueAt + 5_000);
    await Promise.all([worker.stop(), keeper.stop()]);
  });

  it('is not begun before its time', async () => {
    const runAt = new Date(Date.now() + 1_500);
    const { jobId } = await enqueue({ runAt });
    const worker = await installation.startWorker(() => Promise.resolve(Date.now()));
    const { result } = await installation.jobIn('completed', jobId);
    expect(Number(result)).toBeGreaterThanOrEqual(runAt.getTime());
    await worker.stop();
  });

  it('is not begun early by a worker whose clock is ahead, at no cost to its attempts', async () => {
    // This process stands for a machine three seconds ahead of the database.
    const now = () => Date.now() - 3_000;
    const runAt = new Date(now() + 2_000);
    const { jobId } = await enqueue({ runAt, attempts: 1 });
    const worker = await installation.startWorker(() => Promise.resolve(now()), { now });
    const { result, attempts } = await installation.jobIn('completed', jobId);
    expect(Number(result)).toBeGreaterThanOrEqual(runAt.getTime() - 50);
    expect(Number(result)).toBeLessThan(runAt.getTime() + 1_500);
    expect(attempts).toBe(1);
    await worker.stop();
  });
});
