import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import {
  createEnqueuer,
  type EnqueueOptions,
} from '../../../server/Services/BackgroundJobs/enqueuing/enqueuer.ts';
import { userDataJob } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import {
  cancelRequested,
  requestCancel,
} from '../../../server/Services/BackgroundJobs/reconciling/cancelRequested.ts';
import { stageDueJobs } from '../../../server/Services/BackgroundJobs/reconciling/stager.ts';
import {
  applySteering,
  setLimits,
  setPause,
} from '../../../server/Services/BackgroundJobs/steering/queueSteering.ts';
import { command, settingsOf } from '../command.ts';
import { SILENT, useInstallation } from '../core/installation.ts';

const HORIZON_MS = 60_000;
const DUE_IN_MS = 8_000;

// One at a time, so that the one at work keeps the others where they are.
const installation = useInstallation({
  WORKER_CONCURRENCY: '1',
  USER_JOB_DEADLINE_MS: '120000',
  JOB_RETRY_DELAY_MS: '4000',
});
const { lanes, queue } = installation;

async function run(which: 'backup' | 'restore', ...args: string[]): Promise<void> {
  const { code, text } = await command(which, args, { settings: settingsOf(installation) });
  expect(code, text).toBe(0);
}

async function enqueue(options: EnqueueOptions = {}, horizonMs = HORIZON_MS): Promise<string> {
  const [userId = ''] = await installation.makeUsers(1);
  const enqueuer = createEnqueuer({ lanes, batchSize: 50, horizonMs, log: SILENT });
  const payload = { userId, asOf: '2026-11-22', backfill: false };
  return (await enqueuer.enqueue(userDataJob, payload, options)).jobId;
}

it('jobs in every state are restored from their records alone, and each ends once', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'hourwork-restored-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  const folder = join(parent, 'backup');
  const pause = { at: new Date(), by: 'admin@example.com', note: 'over the weekend' };
  const runAt = new Date(Date.now() + DUE_IN_MS);

  const fails = await enqueue({ attempts: 2 });
  const before = await installation.startWorker((_, { jobId, signal }) =>
    jobId === fails
      ? Promise.reject(new Error('refused'))
      : new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
  );
  await installation.jobIn('delayed', fails);
  const atWork = await enqueue();
  await installation.jobIn('active', atWork);
  const waits = await enqueue({ priority: 500 });
  const urgent = await enqueue({ priority: 5, unique: 'urgent' });
  const soon = await enqueue({ runAt });
  const scheduled = await enqueue({ runAt }, 1_000);
  expect(await installation.job(scheduled)).toMatchObject({ status: 'scheduled' });
  const unwanted = await enqueue();
  expect(await requestCancel(unwanted)).toBe(true);
  await setPause(queue.name, pause);
  await setLimits(queue.name, { maxConcurrency: 7 });
  await run('backup', folder);

  await before.stop();
  await installation.wipeRedis();
  await run('restore', folder, '--replace');
  expect(await queue.pendingCounts()).toEqual({ waiting: 0, active: 0, delayed: 0 });
  const states = [fails, atWork, waits, urgent, soon, scheduled, unwanted].map(async (jobId) => {
    return (await installation.job(jobId)).status;
  });
  expect(await Promise.all(states)).toEqual([
    ...['delayed', 'active', 'queued', 'queued', 'queued', 'scheduled', 'queued'],
  ]);

  // What the keeper does, in its order.
  expect(await applySteering(lanes)).toEqual([queue.name]);
  expect(await queue.isPaused()).toBe(true);
  expect(await installation.reconcile()).toMatchObject({ readded: 5, recorded: 0 });
  expect(await stageDueJobs({ lanes, horizonMs: HORIZON_MS, batchSize: 50 })).toBe(1);
  await setPause(queue.name, null);
  await applySteering(lanes);

  const starts: { jobId: string; attempt: number; at: number }[] = [];
  const after = await installation.startWorker((_, { jobId, attempt }) => {
    starts.push({ jobId, attempt, at: Date.now() });
    return jobId === fails ? Promise.reject(new Error('refused')) : Promise.resolve('done');
  });
  const completed = [atWork, waits, urgent, soon, scheduled];
  for (const jobId of completed) await installation.jobIn('completed', jobId);
  expect(await installation.jobIn('failed', fails), 'its last attempt').toMatchObject({
    attempts: 2,
  });
  await vi.waitFor(
    async () => {
      await cancelRequested(lanes);
      expect(await installation.job(unwanted)).toMatchObject({ status: 'cancelled' });
    },
    { timeout: 20_000, interval: 100 },
  );
  await after.stop();

  expect(starts.map(({ jobId }) => jobId).toSorted()).toEqual([...completed, fails].toSorted());
  expect(starts.find(({ jobId }) => jobId === fails)).toMatchObject({ attempt: 2 });
  const started = (jobId: string) => starts.findIndex((start) => start.jobId === jobId);
  expect(started(urgent), 'the urgent one first').toBeLessThan(started(waits));
  for (const { jobId, at } of starts.filter(({ jobId: id }) => id === soon || id === scheduled)) {
    expect(at, jobId).toBeGreaterThanOrEqual(runAt.getTime() - 100);
  }
});
