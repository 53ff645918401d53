import { expect, it } from 'vitest';
import { currentLogContext } from '../../../server/config/logContext.ts';
import { AppError } from '../../../server/errors/AppError.ts';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { userDataJobId } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { type LogLine, recordingLogger } from '../recordingLogger.ts';
import { useInstallation } from './installation.ts';

const installation = useInstallation();
const { administration } = installation;

it('what a worker logs of a job names the request that caused it; after a retry, the retry’s', async () => {
  const lines: LogLine[] = [];
  const within: (string | undefined)[] = [];
  let failing = true;
  const worker = await installation.startWorker(
    async () => {
      within.push(currentLogContext().requestId);
      if (failing) throw new AppError('NOT_RETRYABLE', 'Not today.');
    },
    { log: recordingLogger(lines) },
  );
  const said = (message: string) => lines.filter((line) => line.message === message);

  const userIds = await installation.makeUsers(1);
  const asked = { userIds, accountId: 'an-account', requestId: 'asked-for-the-run' };
  const { runId } = await administration.requestRun(asked);
  const jobId = userDataJobId(runId, userIds[0] ?? '');
  await installation.jobIn('failed', jobId);
  expect(said('Job failed')).toMatchObject([
    { fields: { requestId: 'asked-for-the-run', runId, jobId } },
  ]);

  failing = false;
  await administration.retryJob(jobId, 'asked-for-the-retry');
  await installation.jobIn('completed', jobId);
  expect(said('Job completed')).toMatchObject([{ fields: { requestId: 'asked-for-the-retry' } }]);
  expect(within).toEqual(['asked-for-the-run', 'asked-for-the-retry']);
  await worker.stop();
});

it('a job recorded before requests were is put in anew all the same', async () => {
  const [userId = ''] = await installation.makeUsers(1);
  const { runId } = await installation.producer.enqueueUser(userId);
  const jobId = userDataJobId(runId, userId);
  await JobStatusModel.updateOne({ _id: jobId }, { $unset: { requestId: 1 } });
  await installation.wipeRedis();
  await installation.reconcile();
  const worker = await installation.startWorker(async () => 'done');
  expect(await installation.jobIn('completed', jobId)).toMatchObject({ generation: 2 });
  await worker.stop();
});

it('a job that Redis lost is put in anew with its request', async () => {
  const lines: LogLine[] = [];
  const userIds = await installation.makeUsers(1);
  const asked = { userIds, accountId: 'an-account', requestId: 'asked-before-the-loss' };
  const { runId } = await administration.requestRun(asked);
  await installation.runIn('running', runId);
  await installation.wipeRedis();
  await installation.reconcile();
  await installation.startWorker(async () => 'done', { log: recordingLogger(lines) });
  await installation.jobIn('completed', userDataJobId(runId, userIds[0] ?? ''));
  expect(lines.find(({ message }) => message === 'Job completed')?.fields).toMatchObject({
    requestId: 'asked-before-the-loss',
  });
});
