import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../server/errors/AppError.ts';
import { userDataJobId } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import type { ProcessorContext } from '../../../server/Services/BackgroundJobs/queues/jobDefinition.ts';
import { useInstallation } from './installation.ts';

describe('what becomes of a job', () => {
  const installation = useInstallation();
  const { producer } = installation;

  /** Enqueues one new user whose work is `work`; answers the id of the job. */
  const works = new Map<string, (context: ProcessorContext) => Promise<unknown>>();
  async function enqueue(work: (context: ProcessorContext) => Promise<unknown>): Promise<string> {
    const [userId = ''] = await installation.makeUsers(1);
    works.set(userId, work);
    const { runId } = await producer.enqueueUser(userId);
    return userDataJobId(runId, userId);
  }
  let started: ReturnType<typeof installation.startWorker> | undefined;
  const worker = () => {
    started ??= installation.startWorker(({ userId }, context) => {
      const work = works.get(userId);
      if (work === undefined) throw new Error(`Nobody said what to do for ${userId}.`);
      return work(context);
    });
    return started;
  };

  it('succeeds at the third attempt after failing twice, after the delays, with no error left', async () => {
    await worker();
    const starts: number[] = [];
    const jobId = await enqueue(async ({ attempt }) => {
      starts.push(Date.now());
      if (attempt < 3) throw new Error(`attempt ${attempt} fails`);
      return { done: attempt };
    });
    const record = await installation.jobIn('completed', jobId);
    expect(record).toMatchObject({ attempts: 3, starts: 3, error: null, result: { done: 3 } });
    expect(record.finishedAt).toBeInstanceOf(Date);
    const [first = 0, second = 0, third = 0] = starts;
    expect(second - first).toBeGreaterThanOrEqual(50);
    expect(third - second).toBeGreaterThanOrEqual(100);
  });

  it('is delayed between attempts, and says why', async () => {
    await worker();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const jobId = await enqueue(async ({ attempt }) => {
      if (attempt === 1) throw new Error('not yet');
      await held;
    });
    const record = await vi.waitFor(async () => {
      const seen = await installation.job(jobId);
      expect(['delayed', 'active']).toContain(seen.status);
      return seen;
    });
    if (record.status === 'delayed') {
      expect(record.error).toEqual({ code: 'JOB_FAILED', message: 'not yet' });
    }
    release();
    await installation.jobIn('completed', jobId);
  });

  it('fails for good after four attempts, with each attempt in its history', async () => {
    await worker();
    const jobId = await enqueue(async ({ attempt }) => {
      throw new Error(`the ${attempt}. time`);
    });
    const record = await installation.jobIn('failed', jobId);
    expect(record).toMatchObject({
      attempts: 4,
      starts: 4,
      error: { code: 'JOB_FAILED', message: 'the 4. time' },
      history: [1, 2, 3, 4].map((attempt) => `JOB_FAILED: the ${attempt}. time`),
    });
  });

  it('fails at once when no retry can mend the error', async () => {
    await worker();
    const jobId = await enqueue(async () => {
      throw new AppError('USER_NOT_FOUND', 'There is no such user.');
    });
    const record = await installation.jobIn('failed', jobId);
    expect(record).toMatchObject({
      attempts: 1,
      error: { code: 'USER_NOT_FOUND', message: 'There is no such user.' },
    });
  });

  it('costs an attempt when the deadline passes, and tells the work through its signal', async () => {
    await worker();
    const aborted: string[] = [];
    const jobId = await enqueue(({ signal, attempt }) => {
      if (attempt === 2) return Promise.resolve('in time');
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted.push((signal.reason as AppError).code);
          reject(signal.reason);
        });
      });
    });
    const record = await installation.jobIn('completed', jobId);
    expect(record).toMatchObject({ attempts: 2, starts: 2, result: 'in time' });
    expect(record.history, 'why it took a second').toEqual([
      expect.stringMatching(/^DEADLINE_EXCEEDED: /),
    ]);
    expect(aborted).toEqual(['DEADLINE_EXCEEDED']);
  });

  it('is shown as active when it takes longer than a second', async () => {
    await worker();
    let release = () => {};
    const jobId = await enqueue(
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    const record = await installation.jobIn('active', jobId);
    expect(record).toMatchObject({ attempts: 0, starts: 1 });
    expect(record.worker).toMatch(/^test-worker/);
    release();
    await installation.jobIn('completed', jobId);
  });
});
