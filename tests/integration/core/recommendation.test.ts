import { expect, it } from 'vitest';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { NumbersModel } from '../../../server/models/system/NumbersModel.ts';
import { recommend } from '../../../server/Services/BackgroundJobs/admin/recommendation.ts';
import { IN_PROCESS } from '../../../server/Services/BackgroundJobs/jobScheduler.ts';
import { nothingCounted } from '../../../server/Services/BackgroundJobs/numbers/counted.ts';
import { useInstallation } from './installation.ts';

const HOUR_MS = 3_600_000;
const { queue, newRun } = useInstallation();

/** One minute's numbers, some hours ago. */
async function completed(
  jobs: number,
  { hoursAgo, meanMs, of = queue.name }: { hoursAgo: number; meanMs: number; of?: string },
): Promise<void> {
  const at = new Date(Math.floor(Date.now() / HOUR_MS - hoursAgo) * HOUR_MS);
  await NumbersModel.create({
    ...nothingCounted(),
    ...{ _id: `${of}|${hoursAgo}`, grain: 'minute', queue: of, kind: 'user-data', at, hour: at },
    ...{ completed: jobs, workedMs: jobs * meanMs },
  });
}

it('is by the formula alone before a worker has completed a job', async () => {
  await completed(50, { hoursAgo: 1, meanMs: 60_000, of: IN_PROCESS });
  expect((await recommend(2)).measured).toBeNull();
});

it('rests on the newest hours in which workers completed 1,000 jobs', async () => {
  await completed(300, { hoursAgo: 9, meanMs: 5_000 });
  await completed(700, { hoursAgo: 5, meanMs: 20 });
  await completed(400, { hoursAgo: 2, meanMs: 100 });
  expect((await recommend(2)).measured).toMatchObject({
    sampledJobs: 1_100,
    meanDurationMs: (400 * 100 + 700 * 20) / 1_100,
    concurrency: 2,
  });
});

it('takes from the newest completed jobs how many were at work at once', async () => {
  await completed(40, { hoursAgo: 1, meanMs: 100 });
  const { jobIds } = await newRun(40);
  const began = Date.now();
  // Four at a time, for 100 ms each.
  for (const [index, jobId] of jobIds.entries()) {
    const startedAt = new Date(began + 100 * Math.floor(index / 4));
    await JobStatusModel.updateOne(
      { _id: jobId },
      { $set: { status: 'completed', startedAt, durationMs: 100, worker: 'w' } },
    );
  }
  expect((await recommend('auto')).measured).toMatchObject({ concurrency: 4 });
});
