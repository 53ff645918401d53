import { expect, it } from 'vitest';
import { createJobQueries } from '../../../server/Services/BackgroundJobs/admin/jobQueries.ts';
import { createEnqueuer } from '../../../server/Services/BackgroundJobs/enqueuing/enqueuer.ts';
import { FailNow, RetryLater } from '../../../server/Services/BackgroundJobs/jobs/outcomes.ts';
import { userDataJob } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { stageDueJobs } from '../../../server/Services/BackgroundJobs/reconciling/stager.ts';
import { SILENT, useInstallation } from './installation.ts';
import { SECRET_SETTING } from './testWorker.ts';

const installation = useInstallation();
const { lanes, administration } = installation;
const options = { batchSize: 50, horizonMs: 60_000, log: SILENT };
const enqueuer = createEnqueuer({ lanes, ...options });
const payload = { userId: 'a'.repeat(24), asOf: '2026-11-22', backfill: false };
const enqueue = async () => (await enqueuer.enqueue(userDataJob, payload)).jobId;
const { log, byId } = createJobQueries(administration, []);

it('tells of each start, and of what the work said, after the job has ended', async () => {
  const jobId = await enqueue();
  const worker = await installation.startWorker(async (_, context) => {
    context.logLine(`try ${context.attempt} with ${SECRET_SETTING}`);
    context.progress(context.attempt * 30);
    if (context.attempt < 3) throw new FailingWith(`failed ${context.attempt}`);
    return 'done';
  });
  await installation.jobIn('completed', jobId);
  await worker.stop();
  const told = await log(jobId);
  expect(told).toMatchObject({ jobId, status: 'completed', progress: 90 });
  expect(told.attempts).toMatchObject([
    { generation: 1, start: 1, outcome: 'failed', error: { code: 'FAILING', message: 'failed 1' } },
    { generation: 1, start: 2, outcome: 'failed', error: { code: 'FAILING', message: 'failed 2' } },
    { generation: 1, start: 3, outcome: 'completed', error: null },
  ]);
  for (const { startedAt, endedAt, worker: name } of told.attempts) {
    expect(endedAt?.getTime()).toBeGreaterThanOrEqual(startedAt?.getTime() ?? Number.NaN);
    expect(name).toMatch(/^test-worker-/);
  }
  expect(told.lines.map(({ text }) => text)).toEqual(
    [1, 2, 3].map((attempt) => `try ${attempt} with [redacted]`),
  );
  expect(await byId(jobId)).toMatchObject({ progress: 90 });
});

it('tells of one that succeeds at once without a note of its own', async () => {
  const jobId = await enqueue();
  const worker = await installation.startWorker(async () => 'done');
  await installation.jobIn('completed', jobId);
  await worker.stop();
  expect(await log(jobId)).toMatchObject({
    ...{ progress: null, lines: [] },
    attempts: [{ generation: 1, start: 1, outcome: 'completed', error: null }],
  });
  expect(await installation.job(jobId)).not.toHaveProperty('attemptLog');
});

it('tells of what was put off and failed for good, in a later generation', async () => {
  const jobId = await enqueue();
  let starts = 0;
  const worker = await installation.startWorker(async () => {
    starts += 1;
    if (starts === 1) throw new RetryLater(100, 'The provider asked us to wait.');
    throw new FailNow('REFUSED', 'No.');
  });
  await installation.jobIn('scheduled', jobId);
  await stageDueJobs({ lanes, ...options });
  await installation.jobIn('failed', jobId);
  await worker.stop();
  expect((await log(jobId)).attempts).toMatchObject([
    { generation: 1, start: 1, outcome: 'postponed' },
    { generation: 2, start: 1, outcome: 'failed', error: { code: 'REFUSED', message: 'No.' } },
  ]);
});

it('keeps the last 100 lines, and no longer ones than 500 characters', async () => {
  const jobId = await enqueue();
  const worker = await installation.startWorker(async (_, { logLine, progress }) => {
    for (let line = 1; line <= 250; line += 1) logLine(`${line} ${'x'.repeat(1_000)}`);
    progress(Number.NaN);
    progress(1_000);
  });
  await installation.jobIn('completed', jobId);
  await worker.stop();
  const { lines, progress } = await log(jobId);
  expect(lines).toHaveLength(100);
  expect(lines.at(-1)?.text).toMatch(/^250 x+$/);
  expect(Math.max(...lines.map(({ text }) => text.length))).toBe(500);
  expect(progress).toBe(100);
});

class FailingWith extends Error {
  readonly code = 'FAILING';
}
