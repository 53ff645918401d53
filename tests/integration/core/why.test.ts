import { afterEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../server/errors/AppError.ts';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { WorkerModel } from '../../../server/models/system/WorkerModel.ts';
import { createJobQueries } from '../../../server/Services/BackgroundJobs/admin/jobQueries.ts';
import { createWhy } from '../../../server/Services/BackgroundJobs/admin/why.ts';
import { lanesOf } from '../../../server/Services/BackgroundJobs/enqueuing/lanes.ts';
import { userDataJobId } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { userDataSource } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.source.ts';
import { absentQueue } from '../../../server/Services/BackgroundJobs/queues/absentQueue.ts';
import type { QueueEntry } from '../../../server/Services/BackgroundJobs/queues/jobQueue.ts';
import { entryOf } from '../../../server/Services/BackgroundJobs/runs/enumerate.ts';
import { findRun } from '../../../server/Services/BackgroundJobs/runs/ledger.ts';
import { useInstallation } from './installation.ts';
import { workerIsAlive } from './workerIsAlive.ts';

/** A promise that the test settles. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe('why a job is not running, or what became of it', () => {
  // A failed job waits for its next try for as long as a test may look at it.
  const installation = useInstallation({
    JOB_RETRY_DELAY_MS: '120000',
    USER_JOB_DEADLINE_MS: '60000',
  });
  const { administration, producer, queue } = installation;

  afterEach(() => WorkerModel.deleteMany({}));

  async function enqueueOne(): Promise<{ jobId: string; userId: string; runId: string }> {
    const [userId = ''] = await installation.makeUsers(1);
    const { runId } = await producer.enqueueUser(userId);
    return { jobId: userDataJobId(runId, userId), userId, runId };
  }
  const sentenceOf = async (jobId: string) => (await administration.why(jobId)).why;

  it('no worker is there; with one, the job waits its turn; without Redis, that is why', async () => {
    const { jobId } = await enqueueOne();
    expect(await sentenceOf(jobId)).toMatch(/^No worker takes jobs from this queue: start one/);
    await workerIsAlive(queue.name);
    expect(await sentenceOf(jobId)).toBe(
      'It waits for its turn: 1 job in the queue, 1 worker at work on them.',
    );
    const withoutRedis = createWhy(
      lanesOf([
        { ...installation.lane, queue: absentQueue(queue.name), outbox: installation.outbox },
      ]),
    );
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

  it("the user's earlier job was lost with Redis, and a later one does the work of both", async () => {
    const lost = await enqueueOne();
    const { userId } = lost;
    const duplicate = userDataJobId((await producer.enqueueUser(userId)).runId, userId);
    const jobQueries = createJobQueries(administration, []);
    expect(await jobQueries.byId(duplicate)).toMatchObject({ duplicateOf: lost.jobId });
    await installation.wipeRedis();
    const working = userDataJobId((await producer.enqueueUser(userId)).runId, userId);
    await installation.reconcile();
    expect(await installation.job(lost.jobId)).toMatchObject({ status: 'duplicate' });

    expect(await sentenceOf(duplicate)).toContain(`since then ${working} does the same work.`);
    expect(await jobQueries.byId(duplicate)).toMatchObject({ duplicateOf: working });
    const { items } = await jobQueries.ofUser(userId, { limit: 10, reader: 'staff' });
    expect(items.map(({ jobId, duplicateOf }) => [jobId, duplicateOf])).toEqual([
      [working, null],
      [duplicate, working],
      [lost.jobId, working],
    ]);
  });

  it("the user's earlier job was pending, and then cancelled; the run is warned too", async () => {
    const first = await enqueueOne();
    const second = await producer.enqueueUser(first.userId);
    const jobId = userDataJobId(second.runId, first.userId);
    expect((await administration.getRun(second.runId)).warnings).toEqual([]);
    await administration.cancelRun(first.runId);
    await installation.jobIn('cancelled', first.jobId);
    expect(await sentenceOf(jobId)).toContain('but that job was cancelled with its run');
    await vi.waitFor(async () => {
      const { warnings } = await administration.getRun(second.runId);
      expect(warnings).toEqual([expect.stringContaining(`the run ${first.runId}`)]);
    });
  });

  it('it runs, it waits for its next try, it completed, it failed', async () => {
    const work = new Map<string, () => Promise<unknown>>();
    const { open, opened } = gate();
    const running = await enqueueOne();
    work.set(running.userId, () => opened);
    const trying = await enqueueOne();
    work.set(trying.userId, async () => {
      throw Object.assign(new Error('Nobody is at home.'), { code: 'ECONNREFUSED' });
    });
    const failing = await enqueueOne();
    work.set(failing.userId, async () => {
      throw new AppError('NOT_RETRYABLE', 'The address is wrong.');
    });
    await workerIsAlive(queue.name);
    const worker = await installation.startWorker(
      ({ userId }) => work.get(userId)?.() ?? Promise.resolve(),
    );

    await installation.jobIn('active', running.jobId);
    expect(await sentenceOf(running.jobId)).toMatch(
      /^It is running on worker test-worker-\w+, in its attempt 1\.$/,
    );
    await installation.jobIn('delayed', trying.jobId);
    expect(await sentenceOf(trying.jobId)).toBe(
      'Its attempt 1 failed (ECONNREFUSED, Nobody is at home); it waits for its next try.',
    );
    open();
    await installation.jobIn('completed', running.jobId);
    expect(await sentenceOf(running.jobId)).toMatch(
      /^It completed at .* after 1 attempt, in \d+ ms/,
    );
    await installation.jobIn('failed', failing.jobId);
    expect(await sentenceOf(failing.jobId)).toMatch(
      /^It failed at .* after 1 attempt .*: NOT_RETRYABLE, The address is wrong; retry it/,
    );
    await worker.stop();
  });

  it('it was put in anew at a limited rate', async () => {
    const [one = '', other = ''] = await installation.makeUsers(2);
    const { runId } = await producer.enqueueUsers([one, other]);
    const jobIds = [one, other].map((userId) => userDataJobId(runId, userId));
    const worker = await installation.startWorker(async () => {
      throw new AppError('NOT_RETRYABLE', 'Not yet.');
    });
    for (const jobId of jobIds) await installation.jobIn('failed', jobId);
    await worker.stop();
    await administration.retryFailed({ runId, limit: 2, ratePerSecond: 0.01 });
    await workerIsAlive(queue.name);
    const sentences = await Promise.all(jobIds.map(sentenceOf));
    expect(sentences).toContainEqual(expect.stringMatching(/^It waits for its turn: /));
    expect(sentences).toContain(
      'It was put in anew at a limited rate, and its turn comes by itself.',
    );
  });

  it('no worker there knows its version yet, before a first attempt and after one', async () => {
    const entryOfVersion = async (version: number): Promise<QueueEntry> => {
      const [userId = ''] = await installation.makeUsers(1);
      const run = await findRun((await producer.enqueueUsers([])).runId);
      if (run === null) throw new Error('There is no run.');
      const { envelope, deduplicationId } = entryOf(run, userDataSource, userId);
      return { envelope: { ...envelope, version }, deduplicationId };
    };
    const entries = [await entryOfVersion(99), await entryOfVersion(99)];
    await installation.outbox.record(entries);
    await queue.add(entries);
    const [fresh = '', tried = ''] = entries.map(({ envelope }) => envelope.jobId);
    // As after a first attempt on a worker that knew it.
    await installation.redis.hset(installation.keyOf(tried), {
      atm: 1,
      ats: 1,
    });
    const before = { attempts: 1, starts: 1, error: { code: 'E', message: 'No.' } };
    await JobStatusModel.updateOne({ _id: tried }, { $set: before });
    await workerIsAlive(queue.name);
    const worker = await installation.startWorker(() => Promise.resolve());
    for (const jobId of [fresh, tried]) {
      await vi.waitFor(async () => {
        expect(await sentenceOf(jobId)).toBe(
          'A worker that does not know its name or version handed it back; a newer worker takes it: reload those that are older, with "npx pm2 reload ecosystem.config.js --only worker".',
        );
      }, 20_000);
    }
    await worker.stop();
  });

  it('it is kept apart from others that were at work when workers crashed', async () => {
    const jobs = [await enqueueOne(), await enqueueOne()];
    // As two crashes leave it, each of a worker that had begun the job's work.
    const twoCrashes = { stc: 2, crashable: 2 };
    for (const { jobId } of jobs) {
      await installation.redis.hset(installation.keyOf(jobId), twoCrashes);
    }
    await workerIsAlive(queue.name);
    const { open, opened } = gate();
    const worker = await installation.startWorker(() => opened);
    await vi.waitFor(
      async () => {
        const sentences = await Promise.all(jobs.map(({ jobId }) => sentenceOf(jobId)));
        expect(sentences.sort()).toEqual([
          expect.stringMatching(/^It is running on worker /),
          'It was at work when workers crashed, 2 times; such jobs are done one at a time in each worker, and it is tried again within seconds.',
        ]);
      },
      { timeout: 20_000, interval: 50 },
    );
    open();
    for (const { jobId } of jobs) await installation.jobIn('completed', jobId);
    await worker.stop();
  });

  it('nobody knows it', async () => {
    await expect(administration.why('user-data-m-none-none')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});
