import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import {
  USER_DATA,
  userDataJobId,
} from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { userDataInputOf } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.source.ts';
import { openSlotRun } from '../../../server/Services/BackgroundJobs/runs/ledger.ts';
import { type Installation, useInstallation } from './installation.ts';

const children: ChildProcess[] = [];

function start(script: string, { env, mongoUri }: Installation, fields: Record<string, string>) {
  const path = fileURLToPath(new URL(`./processes/${script}.mjs`, import.meta.url));
  const settings = {
    REDIS_URL: env.REDIS_URL,
    MONGODB_URI: mongoUri,
    QUEUE_PREFIX: env.QUEUE_PREFIX,
    WORKER_LOCK_MS: String(env.WORKER_LOCK_MS),
    WORKER_STALLED_CHECK_MS: String(env.WORKER_STALLED_CHECK_MS),
    WORKER_MAX_CRASHES: String(env.WORKER_MAX_CRASHES),
    LOG_LEVEL: 'error',
  };
  const child = spawn(process.execPath, [path], {
    env: { ...process.env, TEST_SETTINGS: JSON.stringify(settings), ...fields },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  children.push(child);
  return child;
}

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

describe('a producer that is killed', () => {
  const installation = useInstallation();
  const { producer, balancedRun } = installation;
  let hour = 0;

  it.each([
    { step: 'record', page: 1, counted: 0 },
    { step: 'record', page: 2, counted: 0 },
    { step: 'half', page: 1, counted: 0 },
    { step: 'enqueue', page: 1, counted: 0 },
    { step: 'checkpoint', page: 2, counted: 1_000 },
  ])(
    'at the step "$step" of page $page leaves its run to another: one job for each user',
    async (dying) => {
      await Promise.all([UserModel.deleteMany({}), JobStatusModel.deleteMany({})]);
      await installation.wipeRedis();
      const users = (dying.page - 1) * 1_000 + 120;
      await installation.makeUsers(users);
      hour += 1;
      const slot = new Date(Date.UTC(2026, 1, 1, hour));
      const opening = {
        schedule: 'kills',
        slot,
        mode: 'queue',
        batchSize: 50,
      } as const;
      const runId =
        (
          await openSlotRun({
            kind: USER_DATA,
            input: userDataInputOf({}),
            ...opening,
            trigger: 'schedule',
          })
        )?._id ?? '';

      const child = start('dyingProducer', installation, {
        RUN_ID: runId,
        DIE_AT: dying.step,
        DIE_IN_PAGE: String(dying.page),
        LEASE_MS: '3000',
      });
      const [, signal] = await once(child, 'exit');
      expect(signal).toBe('SIGKILL');
      expect(await balancedRun(runId)).toMatchObject({
        status: 'enumerating',
        enumerated: dying.counted,
      });

      // Its lease still stands: nobody may take the run before it is out.
      expect((await RunModel.findById(runId).lean())?.lease).not.toBeNull();
      await vi.waitFor(
        async () => {
          await producer.resumeAbandoned();
          expect((await balancedRun(runId)).status).toBe('running');
        },
        { timeout: 20_000, interval: 100 },
      );
      expect(await balancedRun(runId)).toMatchObject({ enumerated: users, queued: users });
      expect(await JobStatusModel.countDocuments({ runId, generation: 1 })).toBe(users);
      expect((await installation.queue.pendingCounts()).waiting).toBe(users);
      expect(await installation.reconcile()).toMatchObject({ readded: 0, adopted: 0, removed: 0 });
    },
  );
});

describe('a job that kills its worker', () => {
  const installation = useInstallation({ WORKER_MAX_CRASHES: '2' });

  it('fails as CRASHED_TOO_OFTEN, and takes none of those with it that were at work beside it', async () => {
    const userIds = await installation.makeUsers(12);
    const [poison = ''] = userIds;
    let stopped = false;
    let crashes = 0;
    const startCrashing = () => {
      const child = start('crashingWorker', installation, { POISON: poison });
      child.on('exit', (_, signal) => {
        if (signal === 'SIGKILL') crashes += 1;
        if (!stopped) startCrashing();
      });
    };
    startCrashing();
    const { runId } = await installation.producer.enqueueUsers(userIds);
    const jobId = userDataJobId(runId, poison);
    // What a crash leaves unrecorded is the reconciler's.
    const run = await vi.waitFor(
      async () => {
        await installation.reconcile();
        await installation.seal();
        const seen = await installation.balancedRun(runId);
        expect(seen.status).toBe('completed');
        return seen;
      },
      { timeout: 50_000, interval: 500 },
    );
    stopped = true;
    expect(run).toMatchObject({ completed: 11, failed: 1 });
    expect(crashes).toBe(3);
    expect(await installation.job(jobId)).toMatchObject({
      status: 'failed',
      generation: 1,
      error: { code: 'CRASHED_TOO_OFTEN' },
    });
  });
});
