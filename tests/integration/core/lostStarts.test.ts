import { Worker } from 'bullmq';
import { expect, it, vi } from 'vitest';
import { AppError } from '../../../server/errors/AppError.ts';
import { userDataJobId } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { useInstallation } from './installation.ts';

const installation = useInstallation();
const { env, queue } = installation;

/** Starts the one job that waits as often, as a worker to which no reply comes; it stands in Redis only. */
async function loseStarts(count: number, jobId: string): Promise<void> {
  const deaf = new Worker(queue.name, null, {
    connection: installation.redis,
    prefix: env.QUEUE_PREFIX,
    lockDuration: 200,
    stalledInterval: 100,
    maxStalledCount: 20,
    skipVersionCheck: true,
  });
  await deaf.startStalledCheckTimer();
  for (let lost = 1; lost <= count; lost += 1) {
    const before = (await crashesOf(jobId)) ?? 0;
    expect((await deaf.getNextJob('deaf', { block: false }))?.id).toBe(jobId);
    await vi.waitFor(async () => expect(await crashesOf(jobId)).toBe(before + 1), 5_000);
  }
  await deaf.close();
}

async function crashesOf(jobId: string): Promise<number | undefined> {
  const [job] = await queue.look([jobId]);
  return job?.state === 'pending' ? job.crashes : undefined;
}

it('starts of which no worker heard are no crashes: they make no job suspect, nor fail it', async () => {
  const [userId = ''] = await installation.makeUsers(1);
  const { runId } = await installation.producer.enqueueUser(userId);
  const jobId = userDataJobId(runId, userId);
  await loseStarts(3, jobId);
  expect(await crashesOf(jobId)).toBe(3);

  let calls = 0;
  let answers = () => {};
  const answered = new Promise<void>((resolve) => {
    answers = resolve;
  });
  const worker = await installation.startWorker(
    async () => {
      calls += 1;
      if (calls === 1) throw new AppError('MONGODB_UNAVAILABLE', 'MongoDB is away.');
    },
    { whenDependenciesAnswer: () => answered },
  );
  await vi.waitFor(async () => {
    expect(worker.activity()).toMatchObject({ running: 0, suspended: true });
    expect(await queue.places([jobId])).toEqual(['waiting']);
  }, 10_000);
  // Nobody can say of the first alone whether a worker had it.
  expect(await crashesOf(jobId)).toBe(1);
  await loseStarts(6, jobId);
  expect(await crashesOf(jobId)).toBe(7);
  answers();
  expect(await installation.jobIn('completed', jobId)).toMatchObject({ attempts: 1 });
  expect(calls).toBe(2);
  // The start that handed it back had begun its work, so that one of those lost after it may count.
  const counted = await installation.redis.hget(installation.keyOf(jobId), 'stc');
  expect(Number(counted)).toBeLessThanOrEqual(2);
});
