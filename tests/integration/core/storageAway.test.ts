import { afterAll, expect, it, vi } from 'vitest';
import { isMongoUp } from '../../../server/config/mongoConn.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { userDataJobId } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { createRecorder } from '../../../server/Services/BackgroundJobs/recording/recorder.ts';
import { type OwnMongo, startOwnMongo } from '../ownMongo.ts';
import { recordingLogger } from '../recordingLogger.ts';
import { useInstallation } from './installation.ts';

let mongo: OwnMongo;
// Said first, it is done last: the installation's clean-up needs it.
afterAll(() => mongo.close());
const installation = useInstallation({}, async (uri) => {
  mongo = await startOwnMongo();
  const own = new URL(uri);
  own.host = `127.0.0.1:${mongo.port}`;
  return own.href;
});

it('outcomes wait for a storage that died beneath its server, and nothing is told as lost', async () => {
  const lines: Parameters<typeof recordingLogger>[0] = [];
  const recorder = createRecorder({
    log: recordingLogger(lines),
    retentionDays: () => 7,
    retryMs: 50,
  });
  const { runId, jobIds } = await installation.newRun(20);
  await mongo.stopStorage();
  const worker = await installation.startWorker(() => Promise.resolve('done'), { recorder });
  await vi.waitFor(async () => {
    expect(await installation.queue.places(jobIds)).toEqual(Array(20).fill('completed'));
  }, 20_000);
  await expect(recorder.flush(300)).rejects.toThrow('20 records were not written');
  await mongo.startStorage();
  await recorder.flush(30_000);
  for (const jobId of jobIds) expect((await installation.job(jobId)).status).toBe('completed');
  await worker.stop();
  await installation.runIn('completed', runId);
  expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
});

it('work that needs it costs no attempt, and is done when it is back', async () => {
  const [userId = ''] = await installation.makeUsers(1);
  const { runId } = await installation.producer.enqueueUser(userId);
  await mongo.stopStorage();
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
  await mongo.startStorage();
  expect(await installation.jobIn('completed', jobId)).toMatchObject({ attempts: 1, result: 1 });
});
