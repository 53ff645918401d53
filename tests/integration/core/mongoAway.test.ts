import { afterAll, describe, expect, it, vi } from 'vitest';
import { isMongoUp } from '../../../server/config/mongoConn.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { userDataJobId } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { createRecorder } from '../../../server/Services/BackgroundJobs/recording/recorder.ts';
import { openRelay, type Relay } from '../relay.ts';
import { SILENT, useInstallation } from './installation.ts';

describe('while MongoDB is away', () => {
  let relay: Relay;
  // Said first, it is done last: the installation's clean-up goes through it.
  afterAll(() => relay.close());
  const installation = useInstallation({}, async (uri) => {
    const straight = new URL(uri);
    relay = await openRelay({ host: straight.hostname, port: Number(straight.port) });
    straight.host = `127.0.0.1:${relay.port}`;
    straight.searchParams.set('directConnection', 'true');
    return straight.href;
  });
  const { producer } = installation;

  it('outcomes are kept, and written when it answers; flushing gives up at its deadline', async () => {
    const { runId, jobIds } = await installation.newRun(5);
    const recorder = createRecorder({
      log: SILENT,
      retentionDays: () => 7,
      retryMs: 50,
      capacity: 5,
    });
    await relay.cut();
    const worker = await installation.startWorker(() => Promise.resolve('done'), { recorder });
    await vi.waitFor(async () => {
      expect(await installation.queue.places(jobIds)).toEqual(Array(5).fill('completed'));
    }, 20_000);
    await expect(recorder.flush(100)).rejects.toThrow('5 records were not written in 100 ms');
    let room = false;
    const waiting = recorder.whenRoom(new AbortController().signal).then(() => {
      room = true;
    });
    await expect(recorder.whenRoom(AbortSignal.timeout(50))).rejects.toThrow();
    expect(room).toBe(false);
    await relay.restore();
    await recorder.flush(20_000);
    await waiting;
    for (const jobId of jobIds) expect((await installation.job(jobId)).status).toBe('completed');
    await worker.stop();
    await installation.runIn('completed', runId);
  });

  it('work that needs it costs no attempt, and is done when it answers', async () => {
    const [userId = ''] = await installation.makeUsers(1);
    const { runId } = await producer.enqueueUser(userId);
    await relay.cut();
    let refused = 0;
    await installation.startWorker(
      async () => {
        try {
          return await UserModel.countDocuments({ _id: userId });
        } catch (error) {
          refused += 1;
          throw error;
        }
      },
      {
        whenDependenciesAnswer: async () => {
          await vi.waitFor(async () => expect(await isMongoUp()).toBe(true), 30_000);
        },
      },
    );
    const jobId = userDataJobId(runId, userId);
    await vi.waitFor(async () => {
      expect(refused).toBe(1);
      expect(await installation.queue.places([jobId])).toEqual(['waiting']);
    }, 20_000);
    await relay.restore();
    expect(await installation.jobIn('completed', jobId)).toMatchObject({ attempts: 1, result: 1 });
  });
});
