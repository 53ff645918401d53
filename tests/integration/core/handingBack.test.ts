import { Queue } from 'bullmq';
import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../server/errors/AppError.ts';
import { userDataJobId } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { userDataSource } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.source.ts';
import { storedEnvelope } from '../../../server/Services/BackgroundJobs/queues/envelope.ts';
import type { QueueEntry } from '../../../server/Services/BackgroundJobs/queues/jobQueue.ts';
import { entryOf } from '../../../server/Services/BackgroundJobs/runs/enumerate.ts';
import { findRun } from '../../../server/Services/BackgroundJobs/runs/ledger.ts';
import { useInstallation } from './installation.ts';

/** A promise that the test settles. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });

describe('handing back', () => {
  const installation = useInstallation();
  const { producer, queue } = installation;

  async function enqueue(): Promise<string> {
    const [userId = ''] = await installation.makeUsers(1);
    const { runId } = await producer.enqueueUser(userId);
    return userDataJobId(runId, userId);
  }

  it('is not needed when the job ends within the grace of a stopping worker', async () => {
    const jobId = await enqueue();
    const { open, opened } = gate();
    const begun = gate();
    const worker = await installation.startWorker(async () => {
      begun.open();
      await opened;
    });
    await begun.opened;
    const stopped = worker.stop();
    open();
    await stopped;
    expect(await installation.job(jobId)).toMatchObject({ status: 'completed', attempts: 1 });
  });

  it('costs no attempt, and another worker takes the job at once', async () => {
    const jobId = await enqueue();
    const begun = gate();
    const reasons: string[] = [];
    const first = await installation.startWorker((_, { signal }) => {
      begun.open();
      signal.addEventListener('abort', () => reasons.push(String(signal.reason.name)));
      return untilAborted(signal);
    });
    await begun.opened;
    await first.stop();
    expect(reasons).toEqual(['HandedBack']);
    expect(await installation.job(jobId)).toMatchObject({
      status: 'queued',
      attempts: 0,
      starts: 1,
    });
    expect(await queue.places([jobId])).toEqual(['waiting']);
    const second = await installation.startWorker(async (_, { attempt }) => ({ attempt }));
    expect(await installation.jobIn('completed', jobId)).toMatchObject({
      attempts: 1,
      starts: 2,
      result: { attempt: 1 },
    });
    await second.stop();
  });

  it('is done to work that does not listen to its signal too', async () => {
    const jobId = await enqueue();
    const begun = gate();
    const never = gate();
    const deaf = await installation.startWorker(() => {
      begun.open();
      return never.opened;
    });
    await begun.opened;
    await deaf.stop();
    expect(await installation.job(jobId)).toMatchObject({ status: 'queued', attempts: 0 });
    never.open();
  });
});

describe('a job whose dependency is away', () => {
  const installation = useInstallation();

  let suspended: Awaited<ReturnType<typeof installation.startWorker>> | undefined;

  it('is handed back at no cost, and none is taken until the dependency answers', async () => {
    const [userId = ''] = await installation.makeUsers(1);
    const { runId } = await installation.producer.enqueueUser(userId);
    const answers = gate();
    let away = true;
    let calls = 0;
    suspended = await installation.startWorker(
      async () => {
        calls += 1;
        if (away) throw new AppError('MONGODB_UNAVAILABLE', 'MongoDB is away.');
        return 'done';
      },
      { whenDependenciesAnswer: () => answers.opened },
    );
    const jobId = userDataJobId(runId, userId);
    await vi.waitFor(async () => {
      expect((await installation.job(jobId)).starts).toBeGreaterThan(0);
      expect(await installation.queue.places([jobId])).toEqual(['waiting']);
    }, 10_000);
    await installation.jobIn('queued', jobId);
    expect(calls).toBe(1);
    away = false;
    answers.open();
    expect(await installation.jobIn('completed', jobId)).toMatchObject({ attempts: 1 });
    expect(calls).toBe(2);
  });

  it('fails in the end when it alone finds none, again and again, while all answer', async () => {
    await suspended?.stop();
    const [userId = ''] = await installation.makeUsers(1);
    const { runId } = await installation.producer.enqueueUser(userId);
    suspended = await installation.startWorker(async () => {
      throw new AppError('MONGODB_UNAVAILABLE', 'The query timed out.');
    });
    const record = await installation.jobIn('failed', userDataJobId(runId, userId));
    expect(record).toMatchObject({
      attempts: 4,
      starts: 14,
      error: { code: 'MONGODB_UNAVAILABLE', message: 'The query timed out.' },
      history: Array(4).fill('MONGODB_UNAVAILABLE: The query timed out.'),
    });
    await installation.runIn('completed', runId);
  });

  it('costs nothing in an outage, however often it is met', async () => {
    await suspended?.stop();
    const [userId = ''] = await installation.makeUsers(1);
    const { runId } = await installation.producer.enqueueUser(userId);
    let calls = 0;
    suspended = await installation.startWorker(
      async () => {
        calls += 1;
        if (calls <= 20) throw new AppError('MONGODB_UNAVAILABLE', 'MongoDB is away.');
      },
      { dependenciesAnswer: () => Promise.resolve(false) },
    );
    const record = await installation.jobIn('completed', userDataJobId(runId, userId));
    expect(record).toMatchObject({ attempts: 1, starts: 21 });
  });

  it('fails like any other when it is a service of its own that refuses', async () => {
    await suspended?.stop();
    const [userId = ''] = await installation.makeUsers(1);
    const { runId } = await installation.producer.enqueueUser(userId);
    await installation.startWorker(async () => {
      throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:443'), { code: 'ECONNREFUSED' });
    });
    const record = await installation.jobIn('failed', userDataJobId(runId, userId));
    expect(record).toMatchObject({ attempts: 4, error: { code: 'ECONNREFUSED' } });
  });
});

describe('a job that is not known yet', () => {
  const installation = useInstallation();

  async function entry(fields: Partial<QueueEntry['envelope']>): Promise<QueueEntry> {
    const [userId = ''] = await installation.makeUsers(1);
    const { runId } = await installation.producer.enqueueUsers([]);
    const run = await findRun(runId);
    if (run === null) throw new Error('There is no run.');
    const { envelope, deduplicationId } = entryOf(run, userDataSource, userId);
    return { envelope: { ...envelope, ...fields }, deduplicationId };
  }

  it('is handed back with its attempts whole, whether its version or its name is newer', async () => {
    const newer = await entry({ version: 99 });
    const other = await entry({});
    await installation.outbox.record([newer, other]);
    // A queue of the same name whose jobs bear another.
    const { env, redis } = installation;
    await installation.queue.add([newer]);
    await renamed(other);
    const worker = await installation.startWorker(() => Promise.resolve());
    const ids = [newer.envelope.jobId, other.envelope.jobId];
    await vi.waitFor(async () => {
      expect(await installation.queue.places(ids)).toEqual(['delayed', 'delayed']);
      expect(worker.activity()).toMatchObject({ begun: 2, ended: 0 });
    });
    expect(await installation.queue.look(ids)).toEqual([
      { state: 'pending', attempts: 0, starts: expect.any(Number), crashes: 0 },
      { state: 'pending', attempts: 0, starts: expect.any(Number), crashes: 0 },
    ]);
    for (const jobId of ids) expect((await installation.job(jobId)).status).toBe('queued');
    await worker.stop();

    async function renamed({ envelope, deduplicationId }: QueueEntry): Promise<void> {
      const raw = new Queue(installation.queue.name, {
        connection: redis,
        prefix: env.QUEUE_PREFIX,
        skipVersionCheck: true,
      });
      await raw.add('some-later-job', storedEnvelope(envelope), {
        jobId: envelope.jobId,
        deduplication: { id: deduplicationId ?? '' },
      });
      await raw.close();
    }
  });

  it('fails at once when its payload is of this version but unreadable', async () => {
    const broken = await entry({ payload: { userId: 7 } });
    await installation.outbox.record([broken]);
    await installation.queue.add([broken]);
    await installation.startWorker(() => Promise.resolve());
    const record = await installation.jobIn('failed', broken.envelope.jobId);
    expect(record).toMatchObject({ attempts: 1, error: { code: 'INVALID_PAYLOAD' } });
  });
});
