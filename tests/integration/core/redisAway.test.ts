import { beforeEach, expect, it, vi } from 'vitest';
import {
  USER_DATA,
  userDataJobId,
} from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import {
  userDataInputOf,
  userDataSource,
} from '../../../server/Services/BackgroundJobs/jobs/userData/userData.source.ts';
import { entryOf } from '../../../server/Services/BackgroundJobs/runs/enumerate.ts';
import { openRequestedRun } from '../../../server/Services/BackgroundJobs/runs/ledger.ts';
import { useOwnRedis } from '../ownRedis.ts';
import { useInstallation } from './installation.ts';

const own = await useOwnRedis();

const installation = useInstallation({
  REDIS_URL: `redis://127.0.0.1:${own.port}`,
  // No check for stalled jobs that would put one back.
  WORKER_LOCK_MS: '60000',
  WORKER_STALLED_CHECK_MS: '600000',
  USER_JOB_DEADLINE_MS: '60000',
});
const answers = () => vi.waitFor(() => installation.redis.ping(), { timeout: 20_000 });
beforeEach(answers);

it('a job at work while Redis is away is done once: its lock is taken again', async () => {
  let executions = 0;
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const worker = await installation.startWorker(async () => {
    executions += 1;
    await ended;
  });
  const [userId = ''] = await installation.makeUsers(1);
  const { runId } = await installation.producer.enqueueUser(userId);
  await vi.waitFor(() => expect(executions).toBe(1), { timeout: 20_000 });

  // As when the outage outlasts the lock.
  const jobId = userDataJobId(runId, userId);
  const { redis, keyOf } = installation;
  expect(await redis.del(keyOf(`${jobId}:lock`))).toBe(1);
  await own.server.kill();
  // Not before the worker has noticed: what ends in that moment is done again.
  await vi.waitFor(() => expect(worker.redis.status).not.toBe('ready'));
  end();
  await own.server.start();
  const job = await installation.jobIn('completed', jobId);
  expect(job).toMatchObject({ starts: 1, attempts: 1 });
  expect(executions).toBe(1);
  await worker.stop();
});

it('what Redis refused is handed over when it is back, without the reconciler', async () => {
  const { outbox, queue } = installation;
  const userIds = await installation.makeUsers(120);
  const run = await openRequestedRun({
    trigger: 'manual',
    mode: 'queue',
    batchSize: 50,
    kind: USER_DATA,
    input: userDataInputOf({}),
    selection: userIds,
    requestId: null,
  });
  if (run === null) throw new Error('The run was not made.');
  const entries = await outbox.record(
    userIds.map((userId) => entryOf(run, userDataSource, userId)),
  );
  await own.server.kill();
  expect(await outbox.enqueue(entries, 50)).toMatchObject({ enqueued: 0, notEnqueued: 120 });
  await own.server.start();
  await answers();
  await outbox.enqueueRefused(50);
  expect((await queue.pendingCounts()).waiting).toBe(120);
  // Again there is nothing left to hand over.
  await outbox.enqueueRefused(50);
  expect((await queue.pendingCounts()).waiting).toBe(120);
});
