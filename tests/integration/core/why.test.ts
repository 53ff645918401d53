import { describe, expect, it } from 'vitest';
import { AppError } from '../../../server/errors/AppError.ts';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { WorkerModel } from '../../../server/models/system/WorkerModel.ts';
import { createWhy } from '../../../server/Services/BackgroundJobs/admin/why.ts';
import { userDataJobId } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { absentQueue } from '../../../server/Services/BackgroundJobs/queues/absentQueue.ts';
import { useInstallation } from './installation.ts';

describe('why a job is not running, or what became of it', () => {
  const installation = useInstallation();
  const { administration, producer, queue } = installation;

  async function enqueueOne(): Promise<{ jobId: string; userId: string; runId: string }> {
    const [userId = ''] = await installation.makeUsers(1);
    const { runId } = await producer.enqueueUser(userId);
    return { jobId: userDataJobId(runId, userId), userId, runId };
  }
  const sentenceOf = async (jobId: string) => (await administration.why(jobId)).why;

  async function workerIsAlive(): Promise<void> {
    const now = new Date();
    await WorkerModel.create({
      _id: `alive-${now.getTime()}`,
      host: 'here',
      pid: 1,
      version: '0',
      queues: [queue.name],
      runningJobs: 0,
      memoryBytes: 1,
      startedAt: now,
      lastSeenAt: now,
      expiresAt: new Date(now.getTime() + 60_000),
    });
  }

  it('no worker is there; with one, the job waits its turn; without Redis, that is why', async () => {
    const { jobId } = await enqueueOne();
    expect(await sentenceOf(jobId)).toMatch(/^No worker takes jobs from this queue: start one/);
    await workerIsAlive();
    expect(await sentenceOf(jobId)).toBe(
      'It waits for its turn: 1 job in the queue, 1 worker at work on them.',
    );
    const withoutRedis = createWhy(absentQueue(queue.name));
    expect((await withoutRedis(jobId)).why).toMatch(/^Redis is away/);
    await installation.wipeRedis();
    expect(await sentenceOf(jobId)).toMatch(/^Redis does not have it .* the reconciler/);
  });

  it('its run was cancelled, before and after it is marked so', async () => {
    const { jobId, runId } = await enqueueOne();
    await administration.cancelRun(runId);
    await installation.jobIn('cancelled', jobId);
    expect(await sentenceOf(jobId)).toMatch(/^It was cancelled at .* with its run m-/);
    await JobStatusModel.updateOne({ _id: jobId }, { $set: { status: 'queued' } });
    expect(await sentenceOf(jobId)).toBe('Its run was cancelled; it is about to be marked so.');
    await JobStatusModel.updateOne({ _id: jobId }, { $set: { status: 'cancelled' } });
  });

  it("the user's earlier job was still pending", async () => {
    const first = await enqueueOne();
    const second = await producer.enqueueUser(first.userId);
    const jobId = userDataJobId(second.runId, first.userId);
    expect(await sentenceOf(jobId)).toContain(`earlier job ${first.jobId} was still pending`);
  });

  it('it runs, it waits for its next try, it completed, it failed', async () => {
    const work = new Map<string, () => Promise<unknown>>();
    let release = () => {};
    const running = await enqueueOne();
    work.set(
      running.userId,
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    const failing = await enqueueOne();
    work.set(failing.userId, async () => {
      throw new AppError('NOT_RETRYABLE', 'The address is wrong.');
    });
    await installation.startWorker(({ userId }) => work.get(userId)?.() ?? Promise.resolve());

    await installation.jobIn('active', running.jobId);
    expect(await sentenceOf(running.jobId)).toMatch(
      /^It is running on worker test-worker-\w+, in its attempt 1\.$/,
    );
    release();
    await installation.jobIn('completed', running.jobId);
    expect(await sentenceOf(running.jobId)).toMatch(
      /^It completed at .* after 1 attempt, in \d+ ms/,
    );
    await installation.jobIn('failed', failing.jobId);
    expect(await sentenceOf(failing.jobId)).toMatch(
      /^It failed at .* after 1 attempt .*: NOT_RETRYABLE, The address is wrong\.; retry it/,
    );
  });

  it('nobody knows it', async () => {
    await expect(administration.why('user-data-m-none-none')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});
