import mongoose from 'mongoose';
import { expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { UserModel } from '../../server/models/UserModel.ts';
import { useDeployment } from '../e2e/deployment.ts';
import { QUICK } from './faultSettings.ts';
import { underLoad } from './underLoad.ts';

const deployment = useDeployment({ users: 2_000, settings: QUICK });

it('21 a job cancelled while it runs, its worker killed in that moment', async (context) => {
  const load = await underLoad(context, deployment, {
    expected: 'it ends as cancelled and is not begun again; of the others L = X = R = 0',
    bounds: { lost: 0, twice: 0, doubled: 0, settledS: 15 },
    // Long enough to be met at work; with the single jobs of the stream sixteen of the twenty places are taken.
    jobMs: 2_000,
    pace: { usersPerRun: 2, intervalMs: 500 },
  });
  const user = await UserModel.create({
    ...{ externalId: 'cancelled', email: 'cancelled@example.com', timezone: 'UTC', active: false },
  });
  const userId = user._id.toHexString();
  const payload = { userId, asOf: '2026-11-22', backfill: false };
  const { body } = await deployment.api.post('/app/jobs/user-data', { payload });
  const jobId = String(body.jobId);
  const executions = mongoose.connection.collection<{ jobId: string; pid: number }>('executions');
  const { pid } = await waitUntil(async () => (await executions.findOne({ jobId })) ?? false, {
    ...{ timeoutMs: 30_000, intervalMs: 20 },
    what: 'a worker to have the job at work',
  });
  const { status, body: answer } = await deployment.api.post(`/app/job-status/job/${jobId}/cancel`);
  process.kill(pid, 'SIGKILL');
  expect({ status, answer }).toEqual({ status: 202, answer: { jobId, status: 'cancelling' } });
  const row = await load.settle();
  await waitUntil(
    async () => (await JobStatusModel.findById(jobId).lean())?.status === 'cancelled',
    {
      timeoutMs: 30_000,
      what: 'the job to be cancelled',
    },
  );
  const starts = await executions.countDocuments({ jobId });
  expect(starts, 'starts of the cancelled job').toBe(1);
  await deployment.whenReplaced('worker', [pid], Number(QUICK.WORKER_INSTANCES));
  row.seen = 'the job cancelled after one start';
  load.probe.expectServedOrUnavailable();
});
