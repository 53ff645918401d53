import { describe, expect, it } from 'vitest';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { recommend } from '../../../server/Services/BackgroundJobs/admin/recommendation.ts';
import { IN_PROCESS } from '../../../server/Services/BackgroundJobs/jobScheduler.ts';
import { makeJob, makeRun } from '../http/records.ts';
import { useInstallation } from './installation.ts';

describe('the number of workers recommended', () => {
  const installation = useInstallation();
  const userId = (number: number) => number.toString(16).padStart(24, '0');

  /** A run that came after those made before, with this many completed jobs. */
  async function runOf(
    runId: string,
    jobs: number,
    { durationMs, mode = 'queue' }: { durationMs: number; mode?: 'queue' | 'legacy' },
  ): Promise<void> {
    await makeRun({ _id: runId, mode });
    const first = await makeJob(runId, userId(0), {
      status: 'completed',
      queue: mode === 'queue' ? installation.queue.name : IN_PROCESS,
      error: null,
      durationMs,
    });
    const like = await installation.job(first);
    await JobStatusModel.insertMany(
      Array.from({ length: jobs - 1 }, (_, number) => ({
        ...like,
        _id: `user-data-${runId}-${userId(number + 1)}`,
        userId: userId(number + 1),
      })),
    );
  }

  it('rests on the newest 1,000 jobs that workers completed', async () => {
    // By their names the oldest would come first.
    await runOf('a-oldest', 300, { durationMs: 5_000 });
    await runOf('b-older', 700, { durationMs: 20 });
    await runOf('c-newer', 400, { durationMs: 100 });
    await runOf('0-batch', 50, { durationMs: 60_000, mode: 'legacy' });
    await makeRun({ _id: 'd-failed' });
    await makeJob('d-failed', userId(1), { durationMs: 90_000 });
    const { measured } = await recommend(2);
    expect(measured).toMatchObject({
      sampledJobs: 1_000,
      meanDurationMs: (400 * 100 + 600 * 20) / 1_000,
      concurrency: 2,
    });
    await Promise.all([JobStatusModel.deleteMany({}), RunModel.deleteMany({})]);
  });

  it('is by the formula alone before a worker has completed a job', async () => {
    await runOf('0-batch', 3, { durationMs: 60_000, mode: 'legacy' });
    expect((await recommend(2)).measured).toBeNull();
    await Promise.all([JobStatusModel.deleteMany({}), RunModel.deleteMany({})]);
  });
});
